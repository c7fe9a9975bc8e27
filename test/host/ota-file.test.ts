// rows: O2
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { parseEnv } from "../../host/env/index.ts"
import { parseFile } from "../../host/ota/file.ts"
import {
    type OtaKey,
    parseHmacKey,
    parsePublicText,
} from "../../host/ota/keys.ts"
import { seal, unseal } from "../../host/ota/seal.ts"
import { shareOf } from "../../host/ota/share.ts"
import { signFile, verifyFile } from "../../host/ota/sign.ts"
import { checkSettingsFile } from "../../host/settings/index.ts"
import { firmwareSettings } from "../../src/settings/firmware.ts"
import {
    OTA_BODY,
    OTA_DEVICE,
    OTA_KEY,
    OTA_PUBKEY,
    OTA_SHARES,
    OTA_VECTORS,
    OTHER_KEY,
    OTHER_PUBKEY,
} from "../vectors/ota.ts"

const hmacKey = (text: string): OtaKey => ({
    kind: "hmac",
    file: "key",
    key: parseHmacKey(text)!,
})
const lmsKey = (text: string): OtaKey => ({
    kind: "lms",
    file: "key.pub",
    publicKey: parsePublicText(text)!,
    canSign: false,
})
const keyFor = (kind: string) =>
    kind === "lms" ? lmsKey(OTA_PUBKEY) : hmacKey(OTA_KEY)

/**
 * Distance between the bits that are flipped, by kind. With EVERY_BIT=1, as `npm run test:ota` sets
 * it, every bit is. An LMS signature takes a thousand times as long to verify as a MAC.
 */
const BIT_STEPS: Record<string, number> = { hmac: 1, sealed: 1, lms: 13 }
const target = { device: OTA_DEVICE }

describe("signed files", () => {
    for (const { kind, version, hash, text } of OTA_VECTORS) {
        const bytes = Buffer.from(text)

        test(`${kind}: is read and verified`, () => {
            const verdict = verifyFile(bytes, keyFor(kind))
            assert.ok(verdict.valid)
            assert.equal(verdict.hash, hash)
            const { file } = verdict
            assert.equal(file.version, version)
            const body = file.nonce
                ? unseal(parseHmacKey(OTA_KEY)!, file.nonce, file.body)
                : file.body
            assert.equal(body?.toString(), OTA_BODY)
        })

        test(`${kind}: another key refuses it`, () => {
            for (const key of [hmacKey(OTHER_KEY), lmsKey(OTHER_PUBKEY)])
                assert.ok(!verifyFile(bytes, key).valid)
        })

        test(`${kind}: flipped bits and truncations are refused`, () => {
            let tried = 0
            const step = process.env.EVERY_BIT ? 1 : BIT_STEPS[kind]
            for (let bit = 0; bit < bytes.length * 8; bit += step, tried++) {
                const flipped = Buffer.from(bytes)
                flipped[bit >> 3] ^= 1 << (bit & 7)
                assert.ok(
                    !verifyFile(flipped, keyFor(kind)).valid,
                    `bit ${bit}`
                )
            }
            for (let length = 0; length < bytes.length; length += step, tried++)
                assert.ok(
                    !verifyFile(bytes.subarray(0, length), keyFor(kind)).valid,
                    `cut at ${length}`
                )
            console.log(`# ${kind}: ${tried} damaged files, all refused`)
        })
    }

    test("a file that was signed before is signed again", async () => {
        const [{ text }] = OTA_VECTORS
        const { bytes } = await signFile({
            text: Buffer.from(text),
            name: "a.env",
            version: 8,
            target,
            keys: [hmacKey(OTHER_KEY)],
        })
        const verdict = verifyFile(bytes, hmacKey(OTHER_KEY))
        assert.ok(verdict.valid)
        assert.equal(verdict.file.version, 8)
        assert.equal(verdict.file.body.toString(), OTA_BODY)
    })

    test("a byte order mark is of the settings, and not of the header", async () => {
        const text = `\ufeff${OTA_BODY}`
        assert.deepEqual(parseEnv(text, "a"), parseEnv(OTA_BODY, "a"))
        const keys = [hmacKey(OTA_KEY)]
        const signed = await signFile({
            ...{ text: Buffer.from(text), name: "a.env", version: 1 },
            ...{ target, keys, tables: firmwareSettings() },
        })
        const verdict = verifyFile(signed.bytes, keys[0]!)
        assert.ok(verdict.valid)
        assert.deepEqual(
            await checkSettingsFile(
                verdict.file.body.toString(),
                firmwareSettings()
            ),
            await checkSettingsFile(OTA_BODY, firmwareSettings())
        )
        const saved = Buffer.concat([Buffer.from("\ufeff"), signed.bytes])
        assert.deepEqual(verifyFile(saved, keys[0]!), {
            valid: false,
            reason: "begins with a byte order mark, which is not what was signed",
        })
    })

    test("two keys sign one file, and either verifies it", async () => {
        const keys = [hmacKey(OTA_KEY), hmacKey(OTHER_KEY)]
        const { bytes } = await signFile({
            text: Buffer.from(`OTA_KEY=${OTHER_KEY}\n`),
            name: "a.env",
            version: 1,
            target,
            keys,
        })
        for (const key of keys) assert.ok(verifyFile(bytes, key).valid)
    })

    const refused: [string, string | Buffer, RegExp][] = [
        ["no assignment", "A=1\nwhat\n", /a\.env:2: is no assignment/],
        ["a header's mark", "A=1\n#ota more=\n", /a\.env:2: .*"#ota "/],
        ["two byte order marks", "\ufeff\ufeffA=1", /a\.env:1: is no assi/],
        [
            "a signed file that an editor has given a byte order mark",
            `\ufeff${OTA_VECTORS[0]!.text}`,
            /a\.env:1: .*"#ota "/,
        ],
        ["no UTF-8", Buffer.of(65, 61, 255), /is not UTF-8/],
        ["too long", "A=" + "x".repeat(1400), /1402 bytes, a board keeps 1400/],
        ["a new key", `OTA_KEY=${OTHER_KEY}`, /sets OTA_KEY.*second --key/],
        ["a new public key", `OTA_PUBKEY=${OTA_PUBKEY}`, /sets OTA_PUBKEY/],
        ["no public key", "OTA_PUBKEY=abcd", /"a\.env": OTA_PUBKEY is no pub/],
    ]
    for (const [what, text, message] of refused)
        test(`what no board could take is not signed: ${what}`, async () => {
            await assert.rejects(
                signFile({
                    text: Buffer.from(text),
                    name: "a.env",
                    version: 1,
                    target,
                    keys: [hmacKey(OTA_KEY)],
                }),
                message
            )
        })

    test("a long file is signed with a warning for small boards", async () => {
        const { warnings } = await signFile({
            text: Buffer.from("A=" + "x".repeat(800)),
            name: "a.env",
            version: 1,
            target,
            keys: [hmacKey(OTA_KEY)],
        })
        assert.match(warnings.join(), /the small flash store keeps 700/)
    })

    test("what is malformed is named", () => {
        const cases: [string, RegExp][] = [
            ["", /no #ota header/],
            ["#ota version=0 share=1%\n", /no #ota header/],
            ["#ota version=1 share=0%\n", /no #ota header/],
            ["#ota version=1 share=1%\r\nA=1", /CR LF/],
            ["#ota version=1 share=1%\nA=1\n", /0 signatures/],
            ["#ota version=3000000000 share=1%\n", /the highest is/],
            ["#ota version=1 share=1%\n#ota hmac=AB\n", /malformed signature/],
            ["#ota version=1 share=1%\n#ota more=AB\n", /malformed signature/],
            ["x".repeat(6001), /6001 bytes, at most 6000/],
        ]
        for (const [text, reason] of cases) {
            const result = parseFile(Buffer.from(text))
            assert.equal(typeof result, "string", text)
            assert.match(result as string, reason)
        }
    })

    test("a seal is another text each time, and opens", () => {
        const key = parseHmacKey(OTA_KEY)!
        for (const length of [0, 1, 127, 128, 129, 1400]) {
            const text = Buffer.alloc(length, "x")
            const one = seal(key, text)
            const two = seal(key, text)
            assert.deepEqual(unseal(key, one.nonce, one.body), text)
            if (length) assert.notDeepEqual(one.body, two.body)
        }
    })

    test("the places of devices in a rollout never change", () => {
        for (const [device, place] of Object.entries(OTA_SHARES))
            assert.equal(shareOf(device), place, device)
        const counts = Array(100).fill(0)
        for (let i = 0; i < 20_000; i++)
            counts[shareOf(i.toString(16).padStart(16, "0"))]++
        assert.ok(Math.min(...counts) > 140 && Math.max(...counts) < 260)
    })
})
