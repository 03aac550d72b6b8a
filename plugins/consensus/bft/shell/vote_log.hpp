// The vote log: what a replica must not forget, in one append-only file with a checksum per record
// (docs/spec/consensus.md). An end that a crash has torn is cut off; damage to what was synced is
// told, for then votes may be missing. Owned by the shell; after open() its log writer alone calls
// it.
//
//   file   = "TENON VOTE LOG 1\n" | chain 32 | mark 8 | record* | zeros
//   record = mark 8 | size be32 | checksum be32 | synced be64 | bytes
//
// `mark` is random, so that no contents of a record look like one; `synced` is where the log ended
// when it was last synced before the record was written; the checksum is CRC-32 (ISO-HDLC) of
// `synced` and the bytes.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::consensus::bft {

class VoteLog {
public:
  struct Contents {
    std::vector<Bytes> records;
    bool lost = false; // votes may be missing; then the last record is the loss record
  };
  struct Options {
    Hash chain;
    bool may_be_new = false; // nobody can have voted yet
    Bytes loss_record;       // put into the log in place of what is lost, unless empty
  };

  // Opens or makes the file. Another chain's log is refused; a file that cannot be read is a fault.
  [[nodiscard]] static Result<std::pair<VoteLog, Contents>>
  open(const std::filesystem::path& file, const Options& options);
  VoteLog(VoteLog&& other) noexcept;
  VoteLog& operator=(VoteLog&&) = delete;
  ~VoteLog();

  // Written, not yet synced. Every failure here and below is a fault: what the file holds is not
  // known any more.
  [[nodiscard]] Status append(std::span<const Bytes> records);
  [[nodiscard]] Status sync();
  // Replaces the log by these records, in one step that survives a crash as a whole or not at all.
  [[nodiscard]] Status rewrite(std::span<const Bytes> records);

private:
  VoteLog(std::filesystem::path file, const Hash& chain) : file_(std::move(file)), chain_(chain) {}
  [[nodiscard]] Status make_file(const std::filesystem::path& file,
                                 std::span<const Bytes> records);
  [[nodiscard]] Status write_at_end(BytesView bytes);

  std::filesystem::path file_;
  Hash chain_;
  Bytes mark_;
  int descriptor_ = -1;
  std::uint64_t end_ = 0;       // of the records
  std::uint64_t synced_ = 0;    // of what is on stable storage
  std::uint64_t allocated_ = 0; // written with zeros beyond the end, so that a sync moves no size
};

// The records in the bytes of a whole log file, whose head is right: for open() and the fuzzer.
[[nodiscard]] VoteLog::Contents read_vote_log(BytesView file);

} // namespace tenon::consensus::bft
