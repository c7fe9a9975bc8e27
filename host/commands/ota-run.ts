import { existsSync } from "node:fs"
import { FirmwareError, UsageError } from "../errors.ts"
import {
    DEFAULT_HEIGHT,
    keyFileBytes,
    makeHmacKey,
    makeLmsKey,
    MAX_FILE_BYTES,
    type OtaKey,
    readBytes,
    readKey,
    signFile,
    type Target,
    verifyFile,
} from "../ota/index.ts"
import {
    checkOutput,
    createOutputs,
    existsError,
    isSameFile,
    writeOutput,
} from "../files.ts"
import { checkStdout, complain } from "../output.ts"
import { PART_TABLES } from "../settings/index.ts"
import { printJson } from "./board.ts"
import { tablesOf } from "./settings-schema.ts"
import { onEndSignal } from "./signals.ts"

/** Options of `fiberctl ota keygen`. */
export interface KeygenOptions {
    lms?: boolean
    height?: number
    out?: string
    json?: boolean
}

/** Options of `fiberctl ota sign`. */
export interface SignOptions {
    key: string[]
    device?: string
    share?: number
    version: number
    seal?: boolean
    sealKey?: string
    main?: string
    out?: string
    json?: boolean
}

/** Options of `fiberctl ota verify`. */
export interface VerifyOptions {
    key: string
    json?: boolean
}

/** Mode of a new file that its owner alone may read. */
const OWNER_ONLY = 0o600

/** Runs `fiberctl ota keygen`. A file that is there is never overwritten: it may be a key in use. */
export function keygen({ lms, height, out, json }: KeygenOptions): void {
    if (lms && !out)
        throw new UsageError("--lms writes two files: --out FILE is wanted")
    if (height !== undefined && !lms)
        throw new UsageError("--height belongs to --lms")
    if (lms) return keygenLms(out!, height ?? DEFAULT_HEIGHT, json)
    const key = makeHmacKey()
    const text = key + "\n"
    if (out) {
        checkNewFile(out, text.length)
        createKeys([{ path: out, data: text }])
    }
    const files = out ? [out] : []
    if (json) printJson({ kind: "hmac", files, key: out ? undefined : key })
    else if (!out) console.log(key)
}

function keygenLms(file: string, height: number, json?: boolean): void {
    const publicFile = `${file}.pub`
    const files = [file, publicFile]
    // a key takes seconds to minutes
    for (const one of files) checkNewFile(one, keyFileBytes(height))
    const { text, publicKey } = makeLmsKey(height)
    createKeys([
        // first the public key: no command makes it again
        { path: publicFile, data: publicKey.toString("base64") + "\n" },
        { path: file, data: text },
    ])
    if (json) printJson({ kind: "lms", files })
}

function checkNewFile(path: string, bytes: number): void {
    if (existsSync(path)) throw existsError(path)
    checkOutput(path, bytes)
}

function createKeys(files: { path: string; data: string }[]): void {
    // a signal ends it afterwards: no key is without its other half
    onEndSignal((_, exitCode) => process.exit(exitCode))
    createOutputs(files, OWNER_ONLY)
}

/** Runs `fiberctl ota sign`. */
export async function sign(file: string, options: SignOptions): Promise<void> {
    const { version, out, json } = options
    // between two steps only: no key and no signed file is left half written
    onEndSignal((_, exitCode) => process.exit(exitCode))
    const keys = options.key.map(readKey)
    const { main } = options
    if (out) checkTarget(out, file, options)
    else checkStdout()
    const { bytes, hash, warnings } = await signFile({
        text: readBytes(file, "file"),
        name: file,
        version,
        target: targetOf(options),
        keys,
        sealKey: sealKeyOf(options, keys),
        tables: main ? await tablesOf(main) : PART_TABLES,
        isWholeSchema: main !== undefined,
    })
    for (const warning of warnings) complain(warning)
    if (out) writeOutput(out, bytes, { mode: OWNER_ONLY, isSynced: true })
    if (json)
        printJson({
            version,
            hash,
            bytes: bytes.length,
            ...(out ? { file: out } : { text: bytes.toString() }),
        })
    else if (!out) process.stdout.write(bytes)
    else
        console.log(
            `${out}: version ${version}, hash ${hash}, ${bytes.length} bytes`
        )
}

/** Runs `fiberctl ota verify`. @throws FirmwareError (exit code 1) when it is not valid */
export function verify(file: string, { key, json }: VerifyOptions): void {
    const verdict = verifyFile(readBytes(file, "file"), readKey(key))
    if (!verdict.valid) {
        if (json) printJson(verdict)
        throw new FirmwareError(`"${file}": ${verdict.reason}`)
    }
    const { version, target, nonce, body } = verdict.file
    const { hash, kind } = verdict
    const isSealed = nonce !== undefined
    if (json) {
        const bytes = body.length
        const shown = {
            version,
            ...target,
            hash,
            kind,
            sealed: isSealed,
            bytes,
        }
        printJson({ valid: true, ...shown })
        return
    }
    const whom =
        "device" in target ? `device ${target.device}` : `${target.share}%`
    console.log(
        `valid: version ${version} for ${whom}, hash ${hash}, signed by ${kind}${isSealed ? ", sealed" : ""}`
    )
}

/** Checks where a signed file goes, before a version is used up. @throws UsageError naming the file */
function checkTarget(
    out: string,
    text: string,
    { key, seal, sealKey, main }: SignOptions
): void {
    const kept: [what: string, file: string | undefined][] = [
        ...key.map((file): [string, string] => ["the key", file]),
        ["the key", sealKey],
        ["the program", main],
        // a plain text can be read and signed again where it is
        ["the text, which nobody could read once it is sealed", text],
    ]
    if (!seal && !sealKey) kept.pop()
    for (const [what, file] of kept)
        if (file !== undefined && isSameFile(out, file))
            throw new UsageError(`--out "${out}": is ${what}`)
    checkOutput(out, MAX_FILE_BYTES)
}

function targetOf({ device, share }: SignOptions): Target {
    if ((device === undefined) === (share === undefined))
        throw new UsageError("either --device ID or --share PERCENT is wanted")
    if (share !== undefined) return { share }
    const id = device!.toLowerCase()
    if (!/^[0-9a-f]{16}$/.test(id))
        throw new UsageError(
            `--device "${device}": 16 hexadecimal digits are wanted`
        )
    return { device: id }
}

function sealKeyOf(
    { seal, sealKey }: SignOptions,
    keys: OtaKey[]
): Buffer | undefined {
    if (!seal && !sealKey) return undefined
    // of an old key and a new one, a board opens the file with the old one, which comes first
    const key = sealKey
        ? readKey(sealKey)
        : keys.find(({ kind }) => kind === "hmac")
    if (key?.kind !== "hmac")
        throw new UsageError(
            "an LMS key cannot seal: --seal-key FILE with the boards' OTA_KEY is wanted"
        )
    return key.key
}
