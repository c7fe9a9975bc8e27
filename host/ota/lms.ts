// LMS, the hash-based signature of RFC 8554, with the parameter sets of NIST SP 800-208 that use
// SHA-256 with 32 or with 24 bytes. A key signs with each of its leaves once: a second signature by
// the same leaf gives the key away. `lms-key.ts` keeps count of the leaves; this file does not.
import * as crypto from "node:crypto"

/** A set of parameters of the one-time signature, LM-OTS (RFC 8554, section 4.1). */
export interface OtsParameters {
    /** Type code in keys and signatures. */
    type: number
    /** Bytes of a hash. */
    n: number
    /** Bits that one chain signs. */
    w: number
    /** Number of chains. */
    p: number
    /** Left shift of the checksum. */
    ls: number
}

/** A set of parameters of the tree (RFC 8554, section 5.1). */
export interface TreeParameters {
    type: number
    /** Bytes of a node. */
    m: number
    /** Height: the tree has 2^h leaves. */
    h: number
}

/** LMOTS_SHA256_N32_W1 to W8, then N24_W1 to W8 (SP 800-208, table 1). */
const OTS: OtsParameters[] = [
    { type: 1, n: 32, w: 1, p: 265, ls: 7 },
    { type: 2, n: 32, w: 2, p: 133, ls: 6 },
    { type: 3, n: 32, w: 4, p: 67, ls: 4 },
    { type: 4, n: 32, w: 8, p: 34, ls: 0 },
    { type: 5, n: 24, w: 1, p: 200, ls: 8 },
    { type: 6, n: 24, w: 2, p: 101, ls: 6 },
    { type: 7, n: 24, w: 4, p: 51, ls: 4 },
    { type: 8, n: 24, w: 8, p: 26, ls: 0 },
]

/** LMS_SHA256_M32_H5 to H25, then M24_H5 to H25 (SP 800-208, table 2). */
const TREES: TreeParameters[] = [5, 10, 15, 20, 25].flatMap((h, at) => [
    { type: 5 + at, m: 32, h },
    { type: 10 + at, m: 24, h },
])

const D_PBLC = 0x8080
const D_MESG = 0x8181
const D_LEAF = 0x8282
const D_INTR = 0x8383
/** Stands for the chain's step where a secret is made from the seed (appendix A). */
const SECRET_STEP = 0xff
/** Bytes of a tree's identifier. */
export const ID_BYTES = 16

/** Both parameter sets by their type codes; undefined for one that is not known. */
export function parameters(
    treeType: number,
    otsType: number
): { tree: TreeParameters; ots: OtsParameters } | undefined {
    const tree = TREES.find(({ type }) => type === treeType)
    const ots = OTS.find(({ type }) => type === otsType)
    return tree && ots && tree.m === ots.n ? { tree, ots } : undefined
}

/** The public key: type codes, identifier and root (section 5.3). */
export interface LmsPublicKey {
    tree: TreeParameters
    ots: OtsParameters
    id: Buffer
    root: Buffer
}

/** Reads a public key; undefined when the bytes are none. */
export function parsePublicKey(bytes: Buffer): LmsPublicKey | undefined {
    if (bytes.length < 8 + ID_BYTES) return undefined
    const found = parameters(bytes.readUInt32BE(0), bytes.readUInt32BE(4))
    if (!found || bytes.length !== 8 + ID_BYTES + found.tree.m) return undefined
    const id = bytes.subarray(8, 8 + ID_BYTES)
    return { ...found, id, root: bytes.subarray(8 + ID_BYTES) }
}

/** The bytes of a public key. */
export function encodePublicKey(key: LmsPublicKey): Buffer {
    const { tree, ots, id, root } = key
    return Buffer.concat([u32(tree.type), u32(ots.type), id, root])
}

/** Bytes of a signature. */
export function signatureBytes(
    tree: TreeParameters,
    { n, p }: OtsParameters
): number {
    return 4 + 4 + n * (p + 1) + 4 + tree.m * tree.h
}

/** The leaf that made a signature; undefined when the bytes are not one of this key's form. */
export function leafOf(
    key: LmsPublicKey,
    signature: Buffer
): number | undefined {
    const { tree, ots } = key
    if (signature.length !== signatureBytes(tree, ots)) return undefined
    const treeAt = 8 + ots.n * (ots.p + 1)
    if (signature.readUInt32BE(4) !== ots.type) return undefined
    if (signature.readUInt32BE(treeAt) !== tree.type) return undefined
    const leaf = signature.readUInt32BE(0)
    return leaf < 2 ** tree.h ? leaf : undefined
}

/** Whether the key's owner signed the message (section 5.4.2). */
export function verifyLms(
    key: LmsPublicKey,
    message: Buffer,
    signature: Buffer
): boolean {
    const leaf = leafOf(key, signature)
    if (leaf === undefined) return false
    const { tree, ots, id, root } = key
    const random = signature.subarray(8, 8 + ots.n)
    const digits = digitsOf(ots, messageHash(key, leaf, random, message))
    const ends = digits.map((digit, chain) => {
        const at = 8 + ots.n * (chain + 1)
        const start = signature.subarray(at, at + ots.n)
        return walk(key, leaf, chain, digit, chainEnd(ots), start)
    })
    let node = leafHash(key, leaf, ends)
    const path = signature.subarray(12 + ots.n * (ots.p + 1))
    let number = 2 ** tree.h + leaf
    for (let level = 0; level < tree.h; level++) {
        const sibling = path.subarray(level * tree.m, (level + 1) * tree.m)
        const pair = number % 2 ? [sibling, node] : [node, sibling]
        number = Math.floor(number / 2)
        node = hash(tree.m, id, u32(number), u16(D_INTR), ...pair)
    }
    return node.equals(root)
}

/** What keys are made of: the parameter sets, the tree's identifier and a secret seed. */
export interface LmsSecret {
    tree: TreeParameters
    ots: OtsParameters
    id: Buffer
    seed: Buffer
}

/** The hash of a leaf's one-time public key; n * p * (2^w - 1) hashes, 6,630 for n = 24, w = 8. */
export function makeLeaf(secret: LmsSecret, leaf: number): Buffer {
    const { ots } = secret
    const ends = Array.from({ length: ots.p }, (_, chain) =>
        walk(
            secret,
            leaf,
            chain,
            0,
            chainEnd(ots),
            chainSecret(secret, leaf, chain)
        )
    )
    return leafHash(secret, leaf, ends)
}

/** All nodes of the tree by number, from the hashes of its leaves; 1 is the root (section 5.3). */
export function makeNodes(
    { tree, id }: Pick<LmsSecret, "tree" | "id">,
    leaves: Buffer[]
): Buffer[] {
    const nodes: Buffer[] = Array(leaves.length * 2)
    leaves.forEach((node, leaf) => (nodes[leaves.length + leaf] = node))
    for (let number = leaves.length - 1; number > 0; number--) {
        const pair = [nodes[2 * number], nodes[2 * number + 1]]
        nodes[number] = hash(tree.m, id, u32(number), u16(D_INTR), ...pair)
    }
    return nodes
}

/** Signs a message by a leaf, which must not have signed before (section 5.4.1). */
export function signLms(
    secret: LmsSecret,
    nodes: Buffer[],
    leaf: number,
    message: Buffer
): Buffer {
    const { tree, ots } = secret
    const random = crypto.randomBytes(ots.n)
    const digits = digitsOf(ots, messageHash(secret, leaf, random, message))
    const chains = digits.map((digit, chain) =>
        walk(secret, leaf, chain, 0, digit, chainSecret(secret, leaf, chain))
    )
    const path: Buffer[] = []
    for (let number = 2 ** tree.h + leaf; number > 1; number >>= 1)
        path.push(nodes[number ^ 1])
    return Buffer.concat([
        ...[u32(leaf), u32(ots.type), random],
        ...[...chains, u32(tree.type), ...path],
    ])
}

/** Start of a chain, from the seed (appendix A). */
function chainSecret(
    { ots, id, seed }: LmsSecret,
    leaf: number,
    chain: number
) {
    return hash(
        ots.n,
        ...[id, u32(leaf), u16(chain), Buffer.of(SECRET_STEP), seed]
    )
}

/** Goes along a chain from one step to another (algorithm 1, step 5). */
function walk(
    { ots, id }: Pick<LmsSecret, "ots" | "id">,
    leaf: number,
    chain: number,
    from: number,
    to: number,
    start: Buffer
): Buffer {
    const block = Buffer.alloc(ID_BYTES + 7 + ots.n)
    id.copy(block)
    block.writeUInt32BE(leaf, ID_BYTES)
    block.writeUInt16BE(chain, ID_BYTES + 4)
    start.copy(block, ID_BYTES + 7)
    for (let step = from; step < to; step++) {
        block[ID_BYTES + 6] = step
        hash(ots.n, block).copy(block, ID_BYTES + 7)
    }
    return block.subarray(ID_BYTES + 7)
}

function chainEnd({ w }: OtsParameters): number {
    return 2 ** w - 1
}

function messageHash(
    { ots, id }: Pick<LmsSecret, "ots" | "id">,
    leaf: number,
    random: Buffer,
    message: Buffer
): Buffer {
    return hash(ots.n, id, u32(leaf), u16(D_MESG), random, message)
}

/** One-time public key of the chains' ends, and the leaf's node over it. */
function leafHash(
    { tree, ots, id }: Pick<LmsSecret, "tree" | "ots" | "id">,
    leaf: number,
    ends: Buffer[]
): Buffer {
    const key = hash(ots.n, id, u32(leaf), u16(D_PBLC), ...ends)
    return hash(tree.m, id, u32(2 ** tree.h + leaf), u16(D_LEAF), key)
}

/** The digits that the chains sign: those of the hash, then of its checksum (section 4.4). */
function digitsOf({ n, w, p, ls }: OtsParameters, digest: Buffer): number[] {
    const count = (8 * n) / w
    const top = 2 ** w - 1
    let sum = 0
    for (let at = 0; at < count; at++) sum += top - coefficient(digest, at, w)
    const signed = Buffer.concat([digest, u16(sum << ls)])
    return Array.from({ length: p }, (_, at) => coefficient(signed, at, w))
}

/** Digit `at` of w bits, the first one in the high bits of the first byte (section 3.1.3). */
function coefficient(bytes: Buffer, at: number, w: number): number {
    const bit = at * w
    return (bytes[bit >> 3] >> (8 - w - (bit & 7))) & (2 ** w - 1)
}

/** One call of `crypto.hash` takes half the time of `createHash`, and a key is millions of them. */
function hash(bytes: number, ...data: Buffer[]): Buffer {
    const block = data.length === 1 ? data[0] : Buffer.concat(data)
    return crypto.hash("sha256", block, "buffer").subarray(0, bytes)
}

function u32(value: number): Buffer {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
}

function u16(value: number): Buffer {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16BE(value)
    return bytes
}
