import assert from "node:assert/strict";
import test from "node:test";

import {
  fromHex,
  orderedLeaf,
  orderedRoot,
  sha256,
  toHex,
  verifyOrderedPath,
  writeLeaf,
} from "../src/index.js";
import { ascii, concat } from "../src/bytes.js";

const leavesOf = (count) =>
  Promise.all(Array.from({ length: count }, (_, i) => orderedLeaf(ascii(`leaf ${i}`))));

/** The path of a leaf by the definition of RFC 9162, section 2.1.3.1. */
async function pathOf(leaves, index) {
  if (leaves.length <= 1) return [];
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...(await pathOf(left, index)), await orderedRoot(right)]
    : [...(await pathOf(right, index - split)), await orderedRoot(left)];
}

test("ordered tree: roots of up to three leaves are as RFC 9162 has them", async () => {
  assert.equal(toHex(await orderedRoot([])), toHex(await sha256()));
  const [a, b, c] = await leavesOf(3);
  assert.deepEqual(a, await sha256(Uint8Array.of(0), ascii("leaf 0")));
  assert.deepEqual(await orderedRoot([a]), a);
  const ab = await sha256(Uint8Array.of(1), a, b);
  assert.deepEqual(await orderedRoot([a, b]), ab);
  assert.deepEqual(await orderedRoot([a, b, c]), await sha256(Uint8Array.of(1), ab, c));
});

test("ordered tree: a leaf has a path for itself and its place alone", async () => {
  for (let count = 1; count <= 20; ++count) {
    const leaves = await leavesOf(count);
    const root = await orderedRoot(leaves);
    for (let i = 0; i < count; ++i) {
      const path = await pathOf(leaves, i);
      assert.ok(await verifyOrderedPath(root, leaves[i], i, count, path));
      for (let j = 0; j <= count; ++j) {
        if (j !== i) assert.ok(!(await verifyOrderedPath(root, leaves[i], j, count, path)));
      }
      assert.ok(
        !(await verifyOrderedPath(root, leaves[(i + 1) % count], i, count, path)) || count === 1,
      );
      assert.ok(!(await verifyOrderedPath(root, leaves[i], i, count, [...path, root])));
      if (path.length > 0) {
        assert.ok(!(await verifyOrderedPath(root, leaves[i], i, count, path.slice(1))));
        assert.ok(
          !(await verifyOrderedPath(root, leaves[i], i, count, [
            path[0].slice(1),
            ...path.slice(1),
          ])),
        );
      }
    }
  }
});

test("ordered tree: places beyond 32 bits are followed too", async () => {
  const [leaf, other] = await leavesOf(2);
  const count = 2 ** 40;
  let root = leaf;
  for (let i = 0; i < 40; ++i) root = await sha256(Uint8Array.of(1), other, root);
  assert.ok(await verifyOrderedPath(root, leaf, count - 1, count, Array(40).fill(other)));
  assert.ok(!(await verifyOrderedPath(root, leaf, count - 2, count, Array(40).fill(other))));
});

test("ordered tree: a put and a removal of one key are different writes", async () => {
  const [key, value] = [fromHex("11".repeat(32)), fromHex("22".repeat(32))];
  assert.deepEqual(
    await writeLeaf(key, value),
    await orderedLeaf(concat(key, Uint8Array.of(1), value)),
  );
  assert.deepEqual(await writeLeaf(key), await orderedLeaf(concat(key, Uint8Array.of(0))));
});
