// What no package may say, and how the refusal puts it: where, what was expected, what was found.
#include <catch2/catch.hpp>

#include "archive/archive.hpp"
#include "sample.hpp"
#include "tenon/core/encoding.hpp"
#include "wire.hpp"

namespace tenon::daml::archive {
namespace {

using lf::LanguageVersion;

// The failure without "package <id>: ", which every one begins with.
std::string refusal(BytesView payload, Code code = Code::kInvalidArgument) {
  const Status status = decode_payload(payload).status();
  CHECK(status.code() == code);
  CHECK_FALSE(status.fault());
  const std::string prefix = "package " + package_id_of(payload) + ": ";
  CHECK_THAT(status.message(), Catch::StartsWith(prefix));
  return status.message().substr(std::min(prefix.size(), status.message().size()));
}

void check_refused(BytesView payload, const std::string& what) {
  CHECK_THAT(refusal(payload), Catch::Contains(what));
}

// The body of a value "v" of a module "M" at 1.6.
void check_body_refused(BytesView body, const std::string& what) {
  const std::string message = refusal(wire::old_value_payload(body));
  CHECK_THAT(message, Catch::StartsWith("module M: value v: "));
  CHECK_THAT(message, Catch::Contains(what));
}

TEST_CASE("payload: a version that is not supported is refused by name", "[daml][archive]") {
  for (const std::string minor : {"5", "16", "dev"}) {
    CHECK(refusal(wire::payload(minor, "anything"), Code::kUnimplemented) ==
          "language version: expected one of 1.6-1.8, 1.11-1.15 and 1.17, found 1." + minor);
  }
  CHECK(refusal(wire::part(2, ""), Code::kUnimplemented) ==
        "language version: expected one of 1.6-1.8, 1.11-1.15 and 1.17, found 1.");
  CHECK(refusal(wire::part(3, "1") + wire::part(4, "x"), Code::kUnimplemented) ==
        "language version: expected one of 1.6-1.8, 1.11-1.15 and 1.17, found 2.1");
}

TEST_CASE("payload: one without a package is refused", "[daml][archive]") {
  CHECK(refusal("") == "ArchivePayload at byte 0: expected one of its forms, found none");
  CHECK(refusal(wire::part(3, "15")) ==
        "ArchivePayload at byte 0: expected one of its forms, found none");
  check_refused(wire::payload("6", wire::part(1, wire::part(4, wire::flags()))),
                "Module.name_interned_dname at byte 4: expected a name, found none");
}

TEST_CASE("payload: a field that no message has is refused", "[daml][archive][wire]") {
  check_refused(wire::part(2, "") + wire::part(3, "6") + wire::number(9, 1),
                "ArchivePayload at byte 5: expected one of its fields, found field 9");
  check_refused(wire::old_payload(wire::part(2, "x")),
                "Module at byte 17: expected one of its fields, found field 2");
  check_body_refused(wire::number(19, 1), "Expr at byte 30: expected one of its fields, found "
                                          "field 19");
  check_body_refused(wire::part(9999, ""), "found field 9999");
  check_body_refused(wire::varint(0) + wire::varint(0), "found field 0");
  check_body_refused(wire::varint(~std::uint64_t{0}), "found field 2305843009213693951");
}

TEST_CASE("payload: what the protobuf library would let pass is refused", "[daml][archive][wire]") {
  const Bytes unit = wire::unit_expr();
  check_body_refused(unit + unit, "expected one field of its kind, found it twice");
  check_body_refused(unit + wire::number(3, 7),
                     "Expr.builtin at byte 32: expected one field of its kind, found prim_con "
                     "before it");
  check_body_refused(Bytes("\x20\x80\x00", 3),
                     "expected a number of at most 10 bytes, found one with zeros behind it");
  check_body_refused(Bytes("\xa0\x00\x00", 3),
                     "expected the number of a field, found one with zeros behind it");
  check_body_refused(wire::varint(4 << 3 | 2) + wire::varint(0),
                     "expected wire type 0, found wire type 2");
  check_body_refused(wire::varint(4 << 3) + Bytes(11, '\xff'),
                     "expected a number of at most 10 bytes, found a longer one");
  check_body_refused(wire::varint(4 << 3) + "\xff",
                     "expected a number of at most 10 bytes, found the end of the message inside");
  check_body_refused(wire::varint(11 << 3 | 2) + wire::varint(5) + "abc",
                     "expected 5 bytes, found the end of the message after 3");
  check_body_refused(wire::part(1, "\xff"), "expected text in UTF-8, found other bytes");
  check_body_refused(wire::number(4, 1) + wire::part(25, wire::part(2, wire::number(1, 0))),
                     "Location.Range.start_line");
  check_refused(wire::old_payload(wire::old_value(unit) + wire::number(3, 0)), "found field 3");
}

TEST_CASE("payload: defaults that are written out are refused", "[daml][archive][wire]") {
  const Bytes zero_line = wire::part(25, wire::part(2, wire::number(1, 0)));
  check_body_refused(wire::number(4, 1) + zero_line,
                     "expected zero to be left out, found it written");
  const Bytes value =
      wire::part(6, wire::part(1, wire::part(1, "v") + wire::part(2, wire::old_type(0))) +
                        wire::part(2, wire::unit_expr()) + wire::number(3, 1) + wire::number(4, 0));
  check_refused(wire::old_payload(value),
                "DefValue.is_test at byte 34: expected zero to be left out, found it written");
}

TEST_CASE("payload: fields in neither order, or in two, are refused", "[daml][archive][wire]") {
  // Body before name: by no order.
  const Bytes head = wire::part(1, wire::part(1, "v") + wire::part(2, wire::old_type(0)));
  check_refused(wire::old_payload(
                    wire::part(6, wire::part(2, wire::unit_expr()) + head + wire::number(3, 1))),
                "DefValue.name_with_type at byte 23: expected fields by number or as the format "
                "lists them, found it after expr");
  // The payload is by number, the expression as listed.
  const Bytes location = wire::part(25, "");
  check_body_refused(location + wire::unit_expr(),
                     "expected fields in the order that other messages have, found fields as the "
                     "format lists them");
  const Bytes listed = wire::part(3, "6") + wire::part(2, wire::part(1, wire::old_module("")));
  CHECK(decode_payload(listed).ok());
}

TEST_CASE("payload: a package is refused without the flags that every compiler sets",
          "[daml][archive]") {
  const auto with_flags = [](BytesView flags) {
    return wire::payload("6", wire::part(1, wire::part(1, wire::part(1, "M")) + Bytes(flags)));
  };
  CHECK(decode_payload(with_flags(wire::part(4, wire::flags()))).ok());
  check_refused(with_flags(""),
                "module M: Module.flags at byte 4: expected it to be there, found nothing");
  check_refused(with_flags(wire::part(4, wire::number(1, 1) + wire::number(2, 1))),
                "module M: FeatureFlags.dontDiscloseNonConsumingChoicesToObservers at byte 11: "
                "expected true, found false");
}

TEST_CASE("payload: a value must say that it has no party literals", "[daml][archive]") {
  const Bytes head = wire::part(1, wire::part(1, "v") + wire::part(2, wire::old_type(0)));
  check_refused(
      wire::old_payload(wire::part(6, head + wire::part(2, wire::unit_expr()))),
      "module M: value v: DefValue.no_party_literals at byte 19: expected true, found false");
  check_body_refused(wire::part(5, wire::part(7, "Alice")),
                     "PrimLit.party_str at byte 32: expected no party literals, which bind a "
                     "package to one ledger, found one");
}

TEST_CASE("names: each is what its version and the syntax say", "[daml][archive]") {
  check_body_refused(wire::part(1, "1x"), "Expr.var_str at byte 30: expected a name, found ");
  check_body_refused(wire::number(29, 0),
                     "Expr.var_interned_str at byte 30: expected a name written out in version "
                     "1.6, found an entry of a table");
  const Bytes written = wire::payload(
      "7", wire::part(1, wire::part(1, wire::part(1, "M")) + wire::part(4, wire::flags())));
  check_refused(written, "Module.name_dname at byte 4: expected an entry of a table in version "
                         "1.7, found a name written out");
  const auto interned = [](std::uint64_t entry) {
    return wire::payload("7", wire::part(1, wire::part(4, wire::flags()) + wire::number(8, entry)) +
                                  wire::part(2, "M") +
                                  wire::part(3, wire::part(1, wire::varint(0))));
  };
  CHECK(decode_payload(interned(0)).ok());
  check_refused(interned(1), "expected an entry of the table of 1 dotted names, found 1");
  check_refused(interned(std::uint64_t{1} << 31), "expected a number of 31 bits, found 2147483648");
}

TEST_CASE("tables: an entry that is none, or is there twice, is refused", "[daml][archive]") {
  check_refused(wire::payload("7", wire::part(2, "M") + wire::part(2, "M")),
                "table of strings: expected an entry of its own, found \"M\", which entry 0 is");
  check_refused(
      wire::payload("7", wire::part(2, "M") + wire::part(3, wire::part(1, wire::varint(1)))),
      "InternedDottedName.segments_interned_str at byte 7: expected an entry of the "
      "table of 1 strings, found 1");
  check_refused(wire::payload("7", wire::part(3, "")),
                "dotted name: expected 1 to 1000 characters, found none");
  check_refused(wire::payload("6", wire::part(3, "")),
                "Package.interned_dotted_names at byte 2: expected interned names in versions 1.7 "
                "to 1.17 only, found it in 1.6");
  check_refused(wire::payload("8", wire::part(2, "1") + wire::part(4, "") + wire::part(5, "")),
                "expected interned types in versions 1.11 to 1.17 only, found it in 1.8");
  check_refused(wire::payload("15", wire::part(2, "1") + wire::part(4, wire::number(2, 0)) +
                                        wire::part(5, wire::number(13, 0))),
                "expected zero to be left out");
}

TEST_CASE("types: the table's entries refer to earlier ones only", "[daml][archive]") {
  const auto with_types = [](BytesView types) {
    return wire::payload("15", wire::part(2, "1") + wire::part(4, "") + Bytes(types));
  };
  CHECK(decode_payload(with_types(wire::part(5, wire::part(3, "")))).ok());
  check_refused(with_types(wire::part(5, wire::number(13, 0))),
                "type table: Type.interned at byte 9: expected one of the first 0 entries of the "
                "type table, found 0");
  const Bytes list =
      wire::part(5, wire::part(3, wire::number(1, 9) + wire::part(2, wire::number(13, 1))));
  check_refused(with_types(wire::part(5, wire::part(3, "")) + list),
                "expected one of the first 1 entries of the type table, found 1");
  check_refused(with_types(wire::part(5, wire::part(3, wire::number(1, 4)))),
                "Type.Prim.prim at byte 11: expected the code of a built-in type, found 4");
  check_refused(with_types(wire::part(5, wire::part(3, wire::number(1, 3)))),
                "expected Decimal in versions 1.6 to 1.6 only, found it in 1.15");
  check_refused(with_types(wire::part(5, wire::number(11, 76))), "expected 0 to 37, found 38");
  check_refused(with_types(wire::part(5, wire::number(11, 1))), "expected 0 to 37, found -1");
  check_refused(with_types(wire::part(5, "")),
                "Type at byte 9: expected one of its forms, found none");
}

TEST_CASE("metadata: required from 1.8 on, refused before, and checked", "[daml][archive]") {
  check_refused(wire::payload("8", ""),
                "Package.metadata at byte 2: expected it to be there, found nothing");
  check_refused(wire::payload("7", wire::part(2, "1") + wire::part(4, "")), "package metadata");
  check_refused(wire::payload("8", wire::part(2, "a b") + wire::part(4, "")), "package name");
  check_refused(wire::payload("8", wire::part(2, "1") + wire::part(2, "01") +
                                       wire::part(4, wire::number(2, 1))),
                "package version");
  check_refused(wire::payload("15", wire::part(2, "1") + wire::part(4, wire::part(3, ""))),
                "expected upgrades in versions 1.17 to 1.17 only, found it in 1.15");
  CHECK(decode_payload(wire::payload("17", wire::part(2, "1") + wire::part(4, wire::part(3, ""))))
            .ok());
}

TEST_CASE("expressions: codes, literals and lists are checked", "[daml][archive]") {
  check_body_refused(wire::number(3, 4), "expected the code of a built-in function, found 4");
  check_body_refused(wire::number(3, 148), "expected the code of a built-in function, found 148");
  check_body_refused(wire::number(3, 107),
                     "expected ADD_NUMERIC in versions 1.7 to 1.17 only, found it in 1.6");
  check_body_refused(wire::number(4, 3), "expected 0, 1 or 2, found 3");
  const auto literal = [](BytesView content) { return wire::part(5, content); };
  check_body_refused(literal(wire::part(2, "1.")), "expected a decimal number, found \"1.\"");
  check_body_refused(literal(wire::part(2, "1.00000000000")), "expected a decimal number");
  check_body_refused(literal(wire::part(2, std::string(29, '1'))), "expected a decimal number");
  check_body_refused(literal(wire::number(8, 2932897)), "expected a Date");
  check_body_refused(literal(wire::number(8, std::uint64_t{1} << 32)),
                     "expected a signed number of 32 bits, found 4294967296");
  check_body_refused(literal(wire::varint(5 << 3 | 1) + Bytes("\0\0\0\0\0\0\0\x7f", 8)),
                     "expected a Timestamp");
  check_body_refused(literal(wire::varint(5 << 3 | 1) + "1234"), "expected 8 bytes, found 4");
  check_body_refused(literal(wire::number(13, 0)), "BigNumeric in versions 1.13 to 1.17 only");
  check_body_refused(literal(""), "PrimLit at byte 32: expected one of its forms, found none");
  check_body_refused("", "Expr at byte 30: expected one of its forms, found none");
  const Bytes unit = wire::unit_expr();
  check_body_refused(wire::part(11, wire::part(1, unit)),
                     "Expr.App.args at byte 32: expected at least one, found none");
  check_body_refused(wire::part(12, wire::part(1, unit)), "Expr.TyApp.types");
  check_body_refused(wire::part(13, wire::part(2, unit)), "Expr.Abs.param");
  check_body_refused(wire::part(16, wire::part(2, unit)), "Block.bindings");
  check_body_refused(wire::part(15, wire::part(1, unit) + wire::part(2, wire::part(6, unit))),
                     "CaseAlt at byte 38: expected one of its forms, found none");
  check_body_refused(wire::part(20, wire::part(11, "")),
                     "Update.try_catch at byte 33: expected exceptions in versions 1.14 to 1.17 "
                     "only, found it in 1.6");
  check_body_refused(wire::part(36, ""), "expected interfaces in versions 1.15 to 1.17 only");
}

TEST_CASE("choices: observers are required from 1.11 on, authorizers have no version",
          "[daml][archive]") {
  const Bytes unit = wire::unit_expr();
  const auto choice = [&](BytesView rest) {
    const Bytes fields = wire::part(1, "C") + wire::part(3, unit) +
                         wire::part(4, wire::part(1, "a") + wire::part(2, wire::old_type(0))) +
                         wire::part(5, wire::old_type(0)) + wire::part(6, unit) +
                         wire::part(7, "self") + Bytes(rest);
    return wire::old_payload(wire::part(
        7, wire::part(1, wire::part(1, "T")) + wire::part(2, "this") + wire::part(5, unit) +
               wire::part(6, unit) + wire::part(7, fields) + wire::part(8, unit)));
  };
  CHECK(decode_payload(choice("")).ok());
  check_refused(choice(wire::part(11, unit)),
                "module M: template T: choice C: TemplateChoice.observers at byte 40: expected "
                "choice observers in versions 1.11 to 1.17 only, found it in 1.6");
  check_refused(choice(wire::part(12, unit)), "expected no authorizers");
}

TEST_CASE("keys: a restricted key may project so often and not more", "[daml][archive][limits]") {
  const Bytes unit = wire::unit_expr();
  const Bytes self = wire::part(1, wire::part(1, "")) + wire::part(2, wire::part(1, "M"));
  const Bytes record = wire::part(1, wire::part(1, self) + wire::part(2, wire::part(1, "R")));
  const Bytes projection = wire::part(2, wire::part(1, record) + wire::part(2, "f"));
  const auto keyed = [&](int projections) {
    Bytes all;
    for (int i = 0; i < projections; ++i)
      all += projection;
    const Bytes key =
        wire::part(1, wire::old_type(0)) + wire::part(2, wire::part(1, all)) + wire::part(3, unit);
    return wire::old_payload(wire::part(
        7, wire::part(1, wire::part(1, "T")) + wire::part(2, "this") + wire::part(5, unit) +
               wire::part(6, unit) + wire::part(8, unit) + wire::part(10, key)));
  };
  for (const int count : {0, 1, 100}) {
    const Bytes payload = keyed(count);
    const Result<lf::Package> package = decode_payload(payload);
    INFO(package.status().to_string());
    REQUIRE(package.ok());
    CHECK(encode_package(*package).value() == payload);
  }
  check_refused(keyed(101), "expected at most 100, found 101");
}

TEST_CASE("archive: the hash must be that of the payload", "[daml][archive][envelope]") {
  const Bytes payload = encode_package(lf::value_package(LanguageVersion::k1_15)).value();
  const Bytes bytes = write_archive(payload);
  const Archive archive = read_archive(bytes).value();
  CHECK(archive.payload == payload);
  CHECK(archive.package_id == package_id_of(payload));
  CHECK(archive.package_id.size() == 64);
  CHECK(decode_archive(bytes).value().id() == archive.package_id);
  const Bytes explicit_function = wire::number(1, 0) + bytes;
  CHECK(read_archive(explicit_function).value().payload == payload);
  CHECK(read_archive(wire::number(1, 1) + bytes).status().message() ==
        "Archive.hash_function at byte 0: expected 0 (SHA-256), found 1");
  const Bytes wrong = wire::part(3, payload) + wire::part(4, std::string(64, '0'));
  CHECK(read_archive(wrong).status().message() ==
        "Archive.hash at byte 0: expected the hash of the payload, " + archive.package_id +
            ", found \"" + std::string(64, '0') + "\"");
  std::string upper = archive.package_id;
  upper[0] = upper[0] == 'A' ? 'a' : 'A';
  CHECK_FALSE(read_archive(wire::part(3, payload) + wire::part(4, upper)).ok());
  CHECK_FALSE(read_archive(wire::part(3, payload)).ok());
  CHECK_FALSE(read_archive(wire::part(4, archive.package_id)).ok());
  CHECK_FALSE(read_archive("").ok());
  CHECK_FALSE(read_archive("PK\3\4").ok());
}

} // namespace
} // namespace tenon::daml::archive
