// Verifies signatures of LMS (RFC 8554, with the parameters of NIST SP 800-208 for SHA-256) with
// nothing but the VM's SHA-256. A verification takes some 3,300 hashes (24 bytes, digits of 8 bits) and
// lets other fibers run after each chain. `host/ota/lms.ts` is the twin on the host, which also signs.
import { equalBytes, giveWay, Hashed, lengthOf, sha256 } from "../platform"
import { decodeBase64 } from "./base64"
import { SignedFile, signedParts } from "./file"
import { joined } from "./pieces"
import { TrustedKeys, verifyHmac } from "./verify"

/** Offsets in a public key: type codes of tree and one-time signature, u32 each; identifier; root. */
const TREE_TYPE = 3
const OTS_TYPE = 7
const ID = 8
const ROOT = 24
/** Offsets in what is hashed: after the identifier the number of a node or leaf, u32, and a tag, u16. */
const NUMBER = 16
const TAG = 20
/** In the chains the tag is the number of the chain; the step and the value follow. */
const STEP = 22
const VALUE = 23
/** Tags of the other hashes. */
const D_PBLC = 0x80
const D_MESG = 0x81
const D_LEAF = 0x82
const D_INTR = 0x83

/** Start of the first line of a signature, and of its other lines. */
const FIRST = "#ota lms="
const MORE = "#ota more="

/** Trusts LMS under `OTA_PUBKEY`; without that key, HMAC under `OTA_KEY`. LMS takes long. */
export async function verifyLms(
    file: SignedFile,
    keys: TrustedKeys
): Promise<boolean> {
    const publicKey = keys.OTA_PUBKEY
    if (!publicKey) return await verifyHmac(file, keys)
    const trusted = decodeBase64(Buffer.from(publicKey))
    const lines = file.signatures.slice()
    while (trusted && lines.length) {
        const signature = await takeSignature(lines)
        const message = signedParts(file)
        if (await checkLms(trusted, file.version, message, signature))
            return true
    }
    return false
}

/** Takes a signature off the front of the lines; a malformed one gives no bytes. */
async function takeSignature(lines: Buffer[]): Promise<Buffer[]> {
    const signature: Buffer[] = []
    let mark = FIRST
    let isMore = true
    while (isMore) {
        const line = lines.shift()
        const bytes = decodeBase64(line.slice(mark.length, line.length - 1))
        if (!bytes || !isMarked(line, mark)) return []
        signature.push(bytes)
        mark = MORE
        await giveWay() // a line is some 3,000 steps
        isMore = lines.length > 0 && isMarked(lines[0], MORE)
    }
    return signature
}

function isMarked(line: Buffer, mark: string): boolean {
    return line.slice(0, mark.length).toString() === mark
}

/**
 * Whether the owner of a key signed a message as a version: with the leaf `version mod 2^height`.
 * The height is 5, 10 or 15; digits of the one-time signature have 4 or 8 bits.
 * @param publicKey type codes, identifier and root, as in RFC 8554, section 5.3
 * @param signature is used up
 */
export async function checkLms(
    publicKey: Buffer,
    version: number,
    message: Hashed[],
    signature: Buffer[]
): Promise<boolean> {
    const isShort = publicKey[TREE_TYPE] >= 10
    const n = isShort ? 24 : 32
    // types 3 and 7 have digits of 4 bits, types 4 and 8 of 8 bits
    const w = (publicKey[OTS_TYPE] & 3) === 3 ? 4 : 8
    const height = 5 * (publicKey[TREE_TYPE] - (isShort ? 9 : 4))
    const chains = Math.idiv(8 * n, w) + (w === 8 ? 2 : 3)
    // of a signature: leaf, type, random value, chains; type, siblings of the path to the root
    const length = 12 + n * (1 + chains + height)
    if (publicKey.length !== ROOT + n) return false
    if (lengthOf(signature) !== length) return false
    const leaf = version & ((1 << height) - 1)
    const prefix = hashPrefix(publicKey, leaf, D_MESG)
    const wanted = joined(prefix.slice(NUMBER, TAG), publicKey.slice(4, ID))
    if (!equalBytes(takeBytes(signature, ID), wanted)) return false
    const random = takeBytes(signature, n)
    const hash = sha256([prefix, random, ...message]).slice(0, n)
    const end = await oneTimeKey(publicKey, leaf, hash, w, chains, signature)
    if (!equalBytes(takeBytes(signature, 4), publicKey.slice(0, 4)))
        return false
    const root = rootAbove(publicKey, (1 << height) + leaf, end, signature)
    return equalBytes(root, publicKey.slice(ROOT))
}

/**
 * The one-time key of a leaf, by the hash of the message that it signed: RFC 8554, section 4.6.
 * @param w bits of a digit
 * @param chains one for each digit of the hash and of the checksum
 * @param values of the chains, as signed
 */
async function oneTimeKey(
    publicKey: Buffer,
    leaf: number,
    hash: Buffer,
    w: number,
    chains: number,
    values: Buffer[]
): Promise<Buffer> {
    const n = hash.length
    const signed = joined(hash, Buffer.alloc(2))
    const top = (1 << w) - 1
    let sum = 0
    for (let i = 0; i < Math.idiv(8 * n, w); i++)
        sum += top - digitOf(signed, w, i)
    // the digits of the checksum follow, left-aligned
    sum = sum << (8 - w)
    signed[n] = sum >> 8
    signed[n + 1] = sum

    const block = Buffer.alloc(VALUE + n)
    block.set(hashPrefix(publicKey, leaf, 0))
    const ends: Hashed[] = [hashPrefix(publicKey, leaf, D_PBLC)]
    for (let chain = 0; chain < chains; chain++) {
        block[TAG + 1] = chain
        block.set(takeBytes(values, n), VALUE)
        for (let step = digitOf(signed, w, chain); step < top; step++) {
            block[STEP] = step
            block.blitAt(VALUE, sha256([block]), 0, n)
        }
        ends.push(block.slice(VALUE))
        await giveWay()
    }
    return sha256(ends).slice(0, n)
}

/**
 * The root of the tree of a key, by the path from a leaf: RFC 8554, section 5.4.2.
 * @param number the leaf's, counted from the root, which is 1
 * @param end the leaf's one-time key
 * @param path the nodes beside those on the way
 */
function rootAbove(
    publicKey: Buffer,
    number: number,
    end: Buffer,
    path: Buffer[]
): Buffer {
    const n = end.length
    let node = sha256([hashPrefix(publicKey, number, D_LEAF), end]).slice(0, n)
    while (number > 1) {
        const beside = takeBytes(path, n)
        const isRight = (number & 1) === 1
        number = number >> 1
        node = sha256([
            hashPrefix(publicKey, number, D_INTR),
            isRight ? beside : node,
            isRight ? node : beside,
        ]).slice(0, n)
    }
    return node
}

/** Takes bytes off the front of a list, which must have at least as many. */
function takeBytes(list: Buffer[], count: number): Buffer {
    let first = list.shift()
    while (first.length < count) first = joined(first, list.shift())
    list.unshift(first.slice(count))
    return first.slice(0, count)
}

/** The first bytes of what is hashed for a node or leaf. */
function hashPrefix(publicKey: Buffer, number: number, tag: number): Buffer {
    const prefix = publicKey.slice(ID, ID + STEP)
    prefix[NUMBER] = 0
    prefix[NUMBER + 1] = 0
    prefix[NUMBER + 2] = number >> 8
    prefix[NUMBER + 3] = number
    prefix[TAG] = tag
    prefix[TAG + 1] = tag
    return prefix
}

/** The digit of `w` bits at a place, counted from the left. */
function digitOf(bytes: Buffer, w: number, place: number): number {
    const bit = place * w
    return (bytes[bit >> 3] >> (8 - w - (bit & 7))) & ((1 << w) - 1)
}
