import assert from "node:assert/strict";
import test from "node:test";

import { ascii } from "../src/bytes.js";
import { parseJson, sameJson, writeJson } from "../src/json.js";
import { Random, refusalOf } from "../testing/vectors.js";

const TEXT = '{"a":[1,-2,0.5,1e3,true,false,null],"b":{"c":"\\u00e9\\n\\"","":[]},"d":{}}';

test("json: a text comes back as it was, numbers to their last digit", () => {
  for (const text of [
    TEXT.replace("1e3", "1000").replace("\\u00e9", "é"),
    "18446744073709551615",
    "-9223372036854775808",
    "9007199254740993",
    '"😀"',
    "[]",
    " 1 ".trim(),
  ]) {
    assert.equal(writeJson(parseJson(text)), text);
  }
  assert.deepEqual(parseJson(ascii(" \t\r\n[ 1 , 2 ] ")), [1n, 2n]);
});

test("json: what is not JSON is refused", () => {
  for (const text of [
    "",
    " ",
    "{",
    "[1,]",
    "[1 2]",
    '{"a"}',
    '{"a":1,}',
    "{a:1}",
    "'a'",
    "01",
    "+1",
    "1.",
    ".5",
    "1e",
    "--1",
    "nul",
    "True",
    "1 1",
    '"\u0001"',
    '"\\x"',
    '"\\u12"',
    '"a',
    "NaN",
    "1e999",
    '"\\ud800"',
    '"\\udc00\\ud800"',
    "\u00a01",
  ]) {
    assert.throws(
      () => parseJson(text),
      { name: "MalformedError", message: /^not JSON: expected / },
      text,
    );
  }
  assert.throws(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22)), /not UTF-8/);
});

test("json: a member that stands twice is refused, whatever its name", () => {
  assert.throws(() => parseJson('{"a":1,"a":1}'), /each member once, and "a" came twice/);
  assert.equal(parseJson('{"__proto__":1,"constructor":2}').size, 2);
});

test("json: depth is bounded, and a text within the bound is read", () => {
  const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
  assert.equal(parseJson(nested(500)).length, 1);
  assert.throws(() => parseJson(nested(100000)), /at most 500 levels/);
});

test("json: values are the same by what they mean, and only then", () => {
  const same = (left, right) => sameJson(parseJson(left), parseJson(right));
  assert.ok(same('{"a":1,"b":[2]}', '{"b":[2],"a":1}'));
  assert.ok(same("1000", "1e3") && same('"\\u0061"', '"a"') && same("null", "null"));
  for (const [left, right] of [
    ["9007199254740992", "9007199254740993"],
    ["1", '"1"'],
    ["0", "false"],
    ["18446744073709551615", "-1"],
    ["[1]", "[1,1]"],
    ["[]", "{}"],
    ['{"a":1}', '{"b":1}'],
    ['{"a":1}', '{"a":1,"b":1}'],
    ["0.5", "0.6"],
    ["null", "{}"],
  ]) {
    assert.ok(!same(left, right) && !same(right, left), `${left} ${right}`);
  }
});

test("json: damaged texts are read or refused and nothing else happens", async () => {
  const random = new Random(6);
  for (let i = 0; i < 5000; ++i) await refusalOf(() => parseJson(random.damaged(ascii(TEXT))));
});
