// Verifies signatures of LMS (RFC 8554, with the parameters of NIST SP 800-208 for SHA-256) with
// nothing but the VM's SHA-256. A verification is some 3,300 hashes: it lets other fibers run after
// each chain. `host/ota/lms.ts` is its twin on the host, which signs as well.
import * as ds from "@devicescript/core"
import { equalBytes, Hashed, sha256 } from "../platform"

/** Bytes of a tree's identifier. */
const ID_BYTES = 16
/** Where the one-time hashes differ: in the tags behind identifier and leaf. */
const D_PBLC = 0x8080
const D_MESG = 0x8181
const D_LEAF = 0x8282
const D_INTR = 0x8383

/** Gives the bytes of a signature one behind the other, so that they need not lie in one piece. */
export interface SignatureSource {
    /** The next bytes; undefined when there are not so many. */
    take(count: number): Buffer | undefined
    /** Whether all is taken. */
    atEnd(): boolean
}

/** What a public key says; see RFC 8554, section 5.3. */
interface PublicKey {
    /** Type codes of tree and one-time signature, as they stand in key and signature. */
    treeType: number
    otsType: number
    /** Bytes of a hash, bits of a digit, height of the tree. */
    n: number
    w: number
    h: number
    id: Buffer
    root: Buffer
}

/** Whether a text of bytes is a public key that this file verifies by. */
export function isPublicKey(bytes: Buffer): boolean {
    return parsePublicKey(bytes) !== undefined
}

/**
 * Whether a key's owner signed a message as a version: by the leaf `version mod 2^h`.
 * @param publicKey type codes, identifier and root
 */
export async function verifyLms(
    publicKey: Buffer,
    version: number,
    message: Hashed[],
    signature: SignatureSource
): Promise<boolean> {
    const key = parsePublicKey(publicKey)
    if (!key) return false
    const { n, h, id } = key
    const leaf = version & ((1 << h) - 1)
    if (!isNext(signature, leaf) || !isNext(signature, key.otsType))
        return false
    const random = signature.take(n)
    if (!random) return false
    const prefix = Buffer.concat(id, u32(leaf))
    const hashed: Hashed[] = [prefix, u16(D_MESG), random]
    for (const part of message) hashed.push(part)
    const ends = await walkChains(key, prefix, digits(key, hashed), signature)
    if (!ends || !isNext(signature, key.treeType)) return false
    const node = leafNode(key, leaf, prefix, ends)
    const root = climb(key, leaf, node, signature)
    return root !== undefined && signature.atEnd() && equalBytes(root, key.root)
}

function parsePublicKey(bytes: Buffer): PublicKey | undefined {
    if (!bytes || bytes.length < 8) return undefined
    const treeType = readU32(bytes, 0)
    const otsType = readU32(bytes, 4)
    const isShort = treeType >= 10
    const n = isShort ? 24 : 32
    // of the one-time signatures those with digits of 4 and of 8 bits: others make long files
    const ots = isShort ? otsType - 4 : otsType
    if (treeType < 5 || treeType > 14 || ots < 3 || ots > 4) return undefined
    const end = 8 + ID_BYTES
    if (bytes.length !== end + n) return undefined
    return {
        treeType,
        otsType,
        n,
        w: ots === 3 ? 4 : 8,
        h: 5 * (treeType - (isShort ? 9 : 4)),
        id: bytes.slice(8, end),
        root: bytes.slice(end, end + n),
    }
}

/** The digits that the chains sign: those of the message's hash, then of their checksum. */
function digits({ n, w }: PublicKey, hashed: Hashed[]): Buffer {
    const hash = sha256(hashed)
    const count = Math.idiv(8 * n, w)
    const all = Buffer.alloc(count + (w === 8 ? 2 : 3))
    const top = (1 << w) - 1
    let sum = 0
    for (let i = 0; i < count; i++) {
        all[i] = w === 8 ? hash[i] : (hash[i >> 1] >> (i & 1 ? 0 : 4)) & 15
        sum += top - all[i]
    }
    // the checksum's 16 bits, or its 12, from the left
    for (let i = count; i < all.length; i++)
        all[i] = (sum >> (w * (all.length - 1 - i))) & top
    return all
}

/** Goes along each chain to its end. @returns the ends; undefined for a short signature */
async function walkChains(
    { n, w }: PublicKey,
    prefix: Buffer,
    digits: Buffer,
    signature: SignatureSource
): Promise<Buffer[] | undefined> {
    const top = (1 << w) - 1
    const at = prefix.length + 3
    const block = Buffer.alloc(at + n)
    block.set(prefix)
    const hashed = [block]
    const ends: Buffer[] = []
    for (let chain = 0; chain < digits.length; chain++) {
        const start = signature.take(n)
        if (!start) return undefined
        block.set(u16(chain), prefix.length)
        block.set(start, at)
        for (let step = digits[chain]; step < top; step++) {
            block[at - 1] = step
            block.blitAt(at, sha256(hashed), 0, n)
        }
        ends.push(block.slice(at, at + n))
        await ds.sleep(0)
    }
    return ends
}

/** The leaf's node over its one-time key, which the ends of the chains make. */
function leafNode(
    { n, h, id }: PublicKey,
    leaf: number,
    prefix: Buffer,
    ends: Buffer[]
): Buffer {
    const hashed = [prefix, u16(D_PBLC)]
    for (const end of ends) hashed.push(end)
    const key = sha256(hashed).slice(0, n)
    return sha256([id, u32((1 << h) + leaf), u16(D_LEAF), key]).slice(0, n)
}

/** Goes up from a leaf by the nodes beside the way. @returns the root that they lead to */
function climb(
    { n, h, id }: PublicKey,
    leaf: number,
    start: Buffer,
    signature: SignatureSource
): Buffer | undefined {
    let node = start
    let number = (1 << h) + leaf
    while (number > 1) {
        const sibling = signature.take(n)
        if (!sibling) return undefined
        const isRight = (number & 1) === 1
        number = number >> 1
        node = sha256([
            id,
            u32(number),
            u16(D_INTR),
            isRight ? sibling : node,
            isRight ? node : sibling,
        ]).slice(0, n)
    }
    return node
}

function isNext(signature: SignatureSource, wanted: number): boolean {
    const bytes = signature.take(4)
    return bytes !== undefined && readU32(bytes, 0) === wanted
}

function readU32(bytes: Buffer, at: number): number {
    return (
        (bytes[at] << 24) |
        (bytes[at + 1] << 16) |
        (bytes[at + 2] << 8) |
        bytes[at + 3]
    )
}

function u32(value: number): Buffer {
    return Buffer.from([value >> 24, value >> 16, value >> 8, value])
}

function u16(value: number): Buffer {
    return Buffer.from([value >> 8, value])
}
