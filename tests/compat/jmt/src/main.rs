//! An outside opinion on Tenon's state tree: the `jmt` crate fed with the same writes.
//!
//! Reads commands from standard input, one per line, bytes in hex:
//!   put KEY VALUE    change a key in the block being gathered
//!   del KEY          remove one
//!   commit           apply the block; answers with the root
//!   prove KEY        answers with the proof of the key, or of its absence, at the last root,
//!                    in the encoding of docs/spec/merkle-proof.md
//!   ics23 KEY        answers with the proof that the key is present at the last root, as a
//!                    cosmos.ics23.v1.CommitmentProof
//!   member ROOT KEY VALUE PROOF
//!                    answers 01 when the `ics23` crate accepts such a proof with the specification
//!                    that `jmt` has for its trees, else 00
//! Key hashes and value hashes are the SHA-256 of what is given. Empty lines and lines that begin
//! with `#` are comments. With the argument `--record` every line is repeated, each answer follows its
//! command after `= `, and answers of an earlier recording are left out: that is how
//! sdk/testdata/merkle/jmt.txt and ics23.txt are made from themselves.

use ics23::{CommitmentProof, HostFunctionsManager};
use jmt::mock::MockTreeStore;
use jmt::proof::SparseMerkleProof;
use jmt::{ics23_spec, KeyHash, Sha256Jmt};
use prost::Message;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::io::{self, BufRead, Write};

type Hash = [u8; 32];
type Failure = Box<dyn Error>;

const EMPTY: &Hash = b"SPARSE_MERKLE_PLACEHOLDER_HASH__";
const PROOF_VERSION: u8 = 1;
const END_EMPTY: u8 = 0;
const END_LEAF: u8 = 1;
const END_OTHER_LEAF: u8 = 2;

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Result<Vec<u8>, Failure> {
    if text.len() % 2 != 0 {
        return Err(format!("odd number of hex digits in '{text}'").into());
    }
    (0..text.len())
        .step_by(2)
        .map(|i| Ok(u8::from_str_radix(&text[i..i + 2], 16)?))
        .collect()
}

/// Takes pieces off a borsh encoding.
struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    fn take(&mut self, size: usize) -> Result<&'a [u8], Failure> {
        if self.0.len() < size {
            return Err("the crate's proof is shorter than expected".into());
        }
        let (piece, rest) = self.0.split_at(size);
        self.0 = rest;
        Ok(piece)
    }

    fn byte(&mut self) -> Result<u8, Failure> {
        Ok(self.take(1)?[0])
    }

    fn size(&mut self) -> Result<usize, Failure> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into()?) as usize)
    }
}

/// The crate keeps the inside of its proofs private but lets them be serialized: take them apart
/// from there and put them together again as Tenon writes them.
fn encode_proof(proof: &SparseMerkleProof<Sha256>, key_hash: &Hash) -> Result<Vec<u8>, Failure> {
    let serialized = borsh::to_vec(proof)?;
    let mut pieces = Pieces(&serialized);
    let mut out = vec![PROOF_VERSION];
    if pieces.byte()? == 0 {
        out.push(END_EMPTY);
    } else {
        let leaf_key = pieces.take(32)?;
        let leaf_value = pieces.take(32)?;
        if leaf_key == key_hash {
            out.push(END_LEAF);
        } else {
            out.push(END_OTHER_LEAF);
            out.extend_from_slice(leaf_key);
            out.extend_from_slice(leaf_value);
        }
    }
    let depth = pieces.size()?;
    let mut siblings = Vec::with_capacity(depth);
    for _ in 0..depth {
        siblings.push(match pieces.byte()? {
            0 => *EMPTY,
            1 => sha256(&[b"JMT::IntrnalNode", pieces.take(32)?, pieces.take(32)?]),
            2 => sha256(&[b"JMT::LeafNode", pieces.take(32)?, pieces.take(32)?]),
            other => return Err(format!("unknown kind of sibling: {other}").into()),
        });
    }
    siblings.reverse(); // the crate lists them bottom up
    out.extend_from_slice(&u16::try_from(depth)?.to_be_bytes());
    let mut bitmap = vec![0u8; depth.div_ceil(8)];
    for (i, sibling) in siblings.iter().enumerate() {
        if sibling != EMPTY {
            bitmap[i / 8] |= 0x80 >> (i % 8);
        }
    }
    out.extend_from_slice(&bitmap);
    for sibling in siblings.iter().filter(|sibling| *sibling != EMPTY) {
        out.extend_from_slice(sibling);
    }
    Ok(out)
}

fn is_member(root: &[u8], key: &[u8], value: &[u8], encoded: &[u8]) -> bool {
    CommitmentProof::decode(encoded).is_ok_and(|proof| {
        let root = root.to_vec();
        ics23::verify_membership::<HostFunctionsManager>(&proof, &ics23_spec(), &root, key, value)
    })
}

fn last_version(next_version: u64) -> Result<u64, Failure> {
    Ok(next_version.checked_sub(1).ok_or("nothing is committed yet")?)
}

fn answer(
    line: &str,
    store: &MockTreeStore,
    block: &mut Vec<(KeyHash, Option<Vec<u8>>)>,
    next_version: &mut u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut words = line.split_whitespace();
    let command = words.next().unwrap_or_default();
    let arguments = words.map(from_hex).collect::<Result<Vec<_>, _>>()?;
    let argument = |i: usize| arguments.get(i).cloned().unwrap_or_default();
    let first = argument(0);
    let key = KeyHash(sha256(&[&first]));
    match command {
        "put" => block.push((key, Some(argument(1)))),
        "del" => block.push((key, None)),
        "commit" => {
            let tree = Sha256Jmt::new(store);
            let (root, batch) = tree.put_value_set(std::mem::take(block), *next_version)?;
            store.write_tree_update_batch(batch)?;
            *next_version += 1;
            return Ok(Some(root.0.to_vec()));
        }
        "prove" => {
            let version = last_version(*next_version)?;
            let (_, proof) = Sha256Jmt::new(store).get_with_proof(key, version)?;
            return Ok(Some(encode_proof(&proof, &key.0)?));
        }
        "ics23" => {
            let version = last_version(*next_version)?;
            let (_, proof) = Sha256Jmt::new(store).get_with_ics23_proof(first, version)?;
            return Ok(Some(proof.encode_to_vec()));
        }
        "member" => {
            let accepted = is_member(&first, &argument(1), &argument(2), &argument(3));
            return Ok(Some(vec![u8::from(accepted)]));
        }
        other => return Err(format!("unknown command '{other}'").into()),
    }
    Ok(None)
}

fn main() -> Result<(), Failure> {
    let record = std::env::args().any(|argument| argument == "--record");
    let store = MockTreeStore::default();
    let mut block = Vec::new();
    let mut next_version = 0;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if record && line.starts_with("= ") {
            continue;
        }
        if record {
            writeln!(out, "{line}")?;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(bytes) = answer(&line, &store, &mut block, &mut next_version)? {
            writeln!(out, "{}{}", if record { "= " } else { "" }, to_hex(&bytes))?;
        }
    }
    Ok(())
}
