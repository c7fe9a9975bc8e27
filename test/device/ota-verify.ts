import { describe, expect, test } from "@devicescript/test"
import {
    bodyHash,
    isAuthentic,
    isFor,
    openBody,
    parseFile,
    Pieces,
    SignedFile,
    TrustedKeys,
    verifyLms,
} from "../../src/ota"
import { decodeBase64 } from "../../src/ota/base64"
import { shareOf } from "../../src/ota/share"
import { LMS_VECTORS } from "../vectors/lms"
import {
    OTA_BODY,
    OTA_DEVICE,
    OTA_KEY,
    OTA_PUBKEY,
    OTA_SHARES,
    OTA_VECTORS,
    OTHER_KEY,
    OTHER_PUBKEY,
} from "../vectors/ota"
import { damageFile } from "./support/ota-campaigns"

/** A file as it comes: in parts of so many bytes. */
function pieces(bytes: Buffer, part = 100): Pieces {
    const all = new Pieces()
    for (let at = 0; at < bytes.length; at += part)
        all.add(bytes.slice(at, Math.min(at + part, bytes.length)))
    return all
}

async function parsed(text: string, part = 100): Promise<SignedFile> {
    const file = await parseFile(pieces(Buffer.from(text), part))
    if (typeof file === "string") throw new Error(file)
    return file
}

function keysFor(kind: string): TrustedKeys {
    return {
        key: OTA_KEY,
        publicKey: kind === "lms" ? OTA_PUBKEY : "",
    }
}

async function isSigned(
    publicKey: string,
    message: string,
    signature: string
): Promise<boolean> {
    const bytes = Buffer.from(signature, "hex")
    const leaf = (bytes[2] << 8) | bytes[3]
    return await verifyLms(
        Buffer.from(publicKey, "hex"),
        leaf,
        [Buffer.from(message, "hex")],
        pieces(bytes)
    )
}

describe("LMS", () => {
    LMS_VECTORS.forEach(({ name, publicKey, message, signature }) => {
        test(name, async () => {
            expect(await isSigned(publicKey, message, signature)).toBe(true)
            expect(await isSigned(publicKey, message + "00", signature)).toBe(
                false
            )
            expect(await isSigned(publicKey, message, signature + "00")).toBe(
                false
            )
            const short = signature.slice(0, signature.length - 2)
            expect(await isSigned(publicKey, message, short)).toBe(false)
        })
    })
})

describe("a signed file", () => {
    OTA_VECTORS.forEach(({ kind, version, hash, text }) => {
        test(`${kind}: is read, verified and opened`, async () => {
            for (const part of [7, 256, 1000]) {
                const file = await parsed(text, part)
                expect(file.version).toBe(version)
                expect(bodyHash(file)).toBe(hash)
                expect(await isAuthentic(file, keysFor(kind))).toBe(true)
                expect(await openBody(file, OTA_KEY)).toBe(OTA_BODY)
                expect(isFor(file, OTA_DEVICE)).toBe(true)
                expect(isFor(file, "0123456789abcdef")).toBe(kind === "lms")
            }
        })
        test(`${kind}: another key refuses it`, async () => {
            const file = await parsed(text)
            for (const key of [OTHER_KEY, ""])
                for (const publicKey of [OTHER_PUBKEY, ""])
                    expect(await isAuthentic(file, { key, publicKey })).toBe(
                        false
                    )
            if (kind === "sealed")
                expect(await openBody(file, OTHER_KEY)).toBe(undefined)
        })
    })
    test("with a public key, what only a shared key signed is refused", async () => {
        const file = await parsed(OTA_VECTORS[0].text)
        expect(await isAuthentic(file, keysFor("lms"))).toBe(false)
    })
    test("a malformed public key trusts nobody", async () => {
        for (const publicKey of ["x", "AAAA", OTA_PUBKEY.slice(4)])
            for (const vector of OTA_VECTORS) {
                const file = await parsed(vector.text)
                const keys = { key: OTA_KEY, publicKey }
                expect(await isAuthentic(file, keys)).toBe(false)
            }
    })
    // the host's code takes every bit; so does this by `npm run test:ota`
    test("flipped bits and truncations of one with an HMAC are refused", async () => {
        await damageFile(OTA_VECTORS[0].text, keysFor("hmac"), 5, 3)
    })
    test("flipped bits and truncations of one that is sealed are refused", async () => {
        await damageFile(OTA_VECTORS[2].text, keysFor("sealed"), 7, 3)
    })
    test("flipped bits and truncations of one with LMS are refused", async () => {
        await damageFile(OTA_VECTORS[1].text, keysFor("lms"), 997, 211)
    })
    test("malformed ones are refused", async () => {
        for (const text of [
            "",
            "\n",
            "A=1\n",
            "#ota version=0 share=1%\n#ota hmac=ab\n",
            "#ota version=3000000000 share=1%\n#ota hmac=ab\n",
            "#ota version=1.5 share=1%\n#ota hmac=ab\n",
            "#ota version=1e3 share=1%\n#ota hmac=ab\n",
            "#ota version=01 share=1%\n#ota hmac=ab\n",
            "#ota version=1 share=0%\n#ota hmac=ab\n",
            "#ota version=1 share=101%\n#ota hmac=ab\n",
            "#ota version=1 share=1\n#ota hmac=ab\n",
            "#ota version=1 device=ab\n#ota hmac=ab\n",
            "#ota version=1 share=1% seal=00\n#ota hmac=ab\n",
            "#ota version=1 share=1% x\n#ota hmac=ab\n",
            "#ota version=1\n#ota hmac=ab\n",
            "#ota version=1 share=1%\r\n#ota hmac=ab\n",
            "#ota version=1 share=1%\n",
            "#ota version=1 share=1%\n#ota more=ab\n",
            "#ota version=1 share=1%\n#ota what=ab\n",
            "#ota version=1 share=1%\n#ota hmac=ab\n#ota hmac=ab\n#ota hmac=ab\n",
        ]) {
            const file = await parseFile(pieces(Buffer.from(text)))
            if (typeof file !== "string") throw new Error(`taken: ${text}`)
        }
    })
    test("a body that is too long is not opened", async () => {
        const header = "#ota version=7 share=100%\n#ota hmac=00\n"
        for (const extra of [0, 1]) {
            const all = pieces(Buffer.from(header))
            all.add(Buffer.alloc(1400 + extra))
            const file = await parseFile(all)
            if (typeof file === "string") throw new Error(file)
            const text = await openBody(file, "")
            expect(text === undefined).toBe(extra > 0)
        }
    })
    test("a board keeps its place in all rollouts", async () => {
        for (const device of Object.keys(OTA_SHARES))
            expect(shareOf(device)).toBe(OTA_SHARES[device])
    })
})

describe("base64", () => {
    const decode = (text: string) => decodeBase64(Buffer.from(text))
    test("is decoded", async () => {
        expect(decode("").length).toBe(0)
        expect(decode("Zg==").toString()).toBe("f")
        expect(decode("Zm8=").toString()).toBe("fo")
        expect(decode("Zm9v").toString()).toBe("foo")
        expect(decode("AP+/").toString("hex")).toBe("00ffbf")
    })
    test("has one text for the same bytes", async () => {
        for (const text of [
            ..."Zh== Zm9= Z=== ==== Zm9 Zm9v= Zg= Z\n== Zg==Zg== Zm-v Zm_v".split(
                " "
            ),
            "Zm9ü",
        ])
            expect(decode(text)).toBe(undefined)
    })
})
