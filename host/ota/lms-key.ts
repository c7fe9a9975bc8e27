// The private key file of LMS, which keeps count of what it has signed. A version is signed by the
// leaf `version mod 2^h`, and the count is on the disk before a signature leaves: a leaf that signs
// twice gives the key away. A restored backup of the file would forget: docs/ota.md says so.
import { randomBytes } from "node:crypto"
import { realpathSync } from "node:fs"
import { resolve } from "node:path"
import { UsageError } from "../errors.ts"
import {
    readInput,
    removeUnfinished,
    statsOf,
    withPath,
    writeOutput,
} from "../files.ts"
import { waitLock } from "../sim/lock.ts"
import {
    encodePublicKey,
    ID_BYTES,
    type LmsPublicKey,
    type LmsSecret,
    makeLeaf,
    makeNodes,
    parameters,
    signLms,
    verifyLms,
} from "./lms.ts"

/** What a private key file says it is. */
export const LMS_KEY_KIND = "fiberd LMS private key"
/** What to say of a file that is no key of any kind. */
export const WANTED_KEY = "64 hexadecimal digits or an LMS key are wanted"
/** LMOTS_SHA256_N24_W8: the smallest signatures. */
const OTS_TYPE = 8
/** LMS_SHA256_M24_H5, H10 and H15 by height. */
const TREE_TYPES: Record<number, number> = { 5: 10, 10: 11, 15: 12 }
/** Height of a tree when none is asked for: 1,024 versions, signatures of 900 bytes. */
export const DEFAULT_HEIGHT = 10
/** Largest private key file, in bytes: that of height 15 has 1.1 MB. */
export const MAX_KEY_BYTES = 2 << 20
/** Bytes of a private key file for each leaf, and for the rest, at most. */
const LEAF_BYTES = 32
const REST_BYTES = 500
/** Longest wait for another process that signs by the same key, in ms. */
const LOCK_MS = 10_000

/** What is in a private key file; numbers of bytes are in base64. */
interface KeyFile {
    kind: string
    tree: number
    ots: number
    id: string
    seed: string
    /** The lowest version that it may still sign. */
    next: number
    /** Which 2^h versions it signs: the first, the second, ...; null before its first one. */
    block: number | null
    /** The hashes of its leaves, as making them takes seconds. */
    leaves: string
    /** The root over them: tells whether they are whole. */
    root: string
}

/** A private key that was read. */
export interface LmsPrivateKey {
    file: string
    secret: LmsSecret
    publicKey: LmsPublicKey
    nodes: Buffer[]
}

/** Most bytes of the private key file of a tree. @throws UsageError for a height that no tree has */
export function keyFileBytes(height: number): number {
    return LEAF_BYTES * 2 ** parametersOf(height).tree.h + REST_BYTES
}

/** Makes a private key: the text of its file, and its public key. Takes seconds. */
export function makeLmsKey(height: number): {
    text: string
    publicKey: Buffer
} {
    const found = parametersOf(height)
    const { n } = found.ots
    const secret = { ...found, id: randomBytes(ID_BYTES), seed: randomBytes(n) }
    const leaves = Array.from({ length: 2 ** height }, (_, leaf) =>
        makeLeaf(secret, leaf)
    )
    const root = makeNodes(secret, leaves)[1]
    const content: KeyFile = {
        kind: LMS_KEY_KIND,
        tree: secret.tree.type,
        ots: secret.ots.type,
        id: secret.id.toString("base64"),
        seed: secret.seed.toString("base64"),
        next: 1,
        block: null,
        leaves: Buffer.concat(leaves).toString("base64"),
        root: root.toString("base64"),
    }
    return {
        text: encode(content),
        publicKey: encodePublicKey({ ...secret, root }),
    }
}

function parametersOf(height: number) {
    const found = parameters(TREE_TYPES[height], OTS_TYPE)
    if (found) return found
    throw new UsageError(`--height ${height}: 5, 10 or 15 is wanted`)
}

/** Whether a text is that of a private key file. */
export function isLmsKey(text: string): boolean {
    return text.trimStart().startsWith("{")
}

/** Reads a private key file's text. @throws UsageError when it is damaged */
export function parseLmsKey(file: string, text: string): LmsPrivateKey {
    return open(file, parse(file, text))
}

/**
 * Signs a version, once: the count is on the disk before this returns.
 * @param message what is signed
 * @throws UsageError when the version was signed before, or is not one of this key's
 */
export async function signVersion(
    file: string,
    version: number,
    message: Buffer
): Promise<Buffer> {
    // one lock for a file, whatever links lead to it
    const real = withPath(file, () => realpathSync(file))
    const place = real === resolve(file) ? file : real
    const release = await waitLock(`${place}.lock`, LOCK_MS)
    try {
        // a copy of the key that a killed signer has left, which would keep the count of then
        removeUnfinished(place)
        const content = read(file)
        const { secret, nodes, publicKey } = open(file, content)
        const size = 2 ** secret.tree.h
        const block = blockFor(file, content, size, version)
        writeOutput(file, encode({ ...content, next: version + 1, block }), {
            mode: 0o600,
            isSynced: true,
        })
        const signature = signLms(secret, nodes, version % size, message)
        if (!verifyLms(publicKey, message, signature))
            throw new UsageError(`key "${file}": its seed is damaged`)
        return signature
    } finally {
        release()
    }
}

/** @throws UsageError when a key cannot sign a version */
export function checkVersion(file: string, version: number): void {
    const content = read(file)
    const { secret } = open(file, content)
    blockFor(file, content, 2 ** secret.tree.h, version)
}

/** The block of a version that may be signed. @throws UsageError for another one */
function blockFor(
    file: string,
    { next, block: last }: KeyFile,
    size: number,
    version: number
): number {
    if (version < next)
        throw new UsageError(
            `version ${version}: "${file}" signs a version once only, and ${next} is its next`
        )
    const block = Math.floor(version / size)
    if (last !== null && last !== block)
        throw new UsageError(
            `version ${version}: "${file}" signs up to version ${(last + 1) * size - 1}; make a new key`
        )
    return block
}

/** @throws UsageError when it is no key, or a hard link to it would keep the count of now */
function read(file: string): KeyFile {
    const names = statsOf(file)?.nlink ?? 0
    if (names > 1)
        throw new UsageError(
            `key "${file}" has ${names} names, and would count what it signs for one of them only: remove the others`
        )
    return parse(file, readInput(file, MAX_KEY_BYTES).toString())
}

function parse(file: string, text: string): KeyFile {
    let content: Partial<KeyFile>
    try {
        // white space, which an editor's byte order mark counts as
        content = JSON.parse(text.trim())
    } catch {
        throw new UsageError(`key "${file}": is no key, or is damaged`)
    }
    if (content.kind !== LMS_KEY_KIND)
        throw new UsageError(`key "${file}": ${WANTED_KEY}`)
    if (!Number.isInteger(content.next))
        throw new UsageError(`key "${file}": is damaged`)
    return content as KeyFile
}

/** Decodes a key and makes its nodes. @throws UsageError when the leaves are damaged */
function open(file: string, content: KeyFile): LmsPrivateKey {
    const { tree, ots } = content
    const found = parameters(tree, ots)
    const bytes = (text: string) => Buffer.from(text ?? "", "base64")
    const leaves = bytes(content.leaves)
    if (!found || leaves.length !== found.tree.m * 2 ** found.tree.h)
        throw new UsageError(`key "${file}": is damaged`)
    const { m } = found.tree
    const secret = {
        ...found,
        id: bytes(content.id),
        seed: bytes(content.seed),
    }
    const nodes = makeNodes(
        secret,
        Array.from({ length: leaves.length / m }, (_, at) =>
            leaves.subarray(at * m, (at + 1) * m)
        )
    )
    const [, root] = nodes
    if (!root.equals(bytes(content.root)))
        throw new UsageError(`key "${file}": is damaged`)
    return { file, secret, nodes, publicKey: { ...secret, root } }
}

function encode(content: KeyFile): string {
    return JSON.stringify(content, null, 2) + "\n"
}
