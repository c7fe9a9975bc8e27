import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    bodyHash,
    checkLms,
    isFor,
    openSealed,
    parseFile,
    Pieces,
    SignedFile,
    TrustedKeys,
    verifyHmac,
    verifyLms,
} from "../../src/ota"
import { decodeBase64 } from "../../src/ota/base64"
import { piecesText } from "../../src/platform"
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
import { OtaBoard, startedBoard } from "./support/ota"
import { damageFile } from "./support/ota-campaigns"

/** A file as it is received: in parts of a given size. */
function pieces(bytes: Buffer, part = 100): Pieces {
    const all = new Pieces()
    for (let at = 0; at < bytes.length; at += part)
        all.add(bytes.slice(at, Math.min(at + part, bytes.length)))
    return all
}

function parsed(text: string, part = 100): SignedFile {
    return parseFile(pieces(Buffer.from(text), part))
}

async function bodyOf(file: SignedFile, key: string): Promise<string> {
    return file.seal ? await openSealed(file, key) : piecesText(file.body)
}

/** Header, signature and body of a file with one signature of one line. */
function splitOnce(text: string): string[] {
    const first = text.indexOf("\n") + 1
    const second = text.indexOf("\n", first) + 1
    return [text.slice(0, first), text.slice(first, second), text.slice(second)]
}

/** The settings of a board with these keys. */
function trusted(key: string, publicKey: string): TrustedKeys {
    return { OTA_KEY: key, OTA_PUBKEY: publicKey }
}

function keysFor(kind: string): TrustedKeys {
    return trusted(OTA_KEY, kind === "lms" ? OTA_PUBKEY : "")
}

async function isSigned(
    publicKey: string,
    message: string,
    signature: string
): Promise<boolean> {
    await ds.sleep(0) // the steps without a wait are limited
    const bytes = Buffer.from(signature, "hex")
    const leaf = (bytes[2] << 8) | bytes[3]
    return await checkLms(
        Buffer.from(publicKey, "hex"),
        leaf,
        [Buffer.from(message, "hex")],
        // in pieces of a size that no part of a signature has
        pieces(bytes, 7).list
    )
}

// rows: O2a
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

    test("a signature of another leaf or type than its key's is refused", async () => {
        for (const { publicKey, message, signature } of LMS_VECTORS) {
            const key = Buffer.from(publicKey, "hex")
            const n = key.length - 24
            const height = 5 * (key[3] - (n === 24 ? 9 : 4))
            const bytes = Buffer.from(signature, "hex")
            // the words before the siblings of the path, and at the front
            const tree = bytes.length - n * height - 4
            for (const at of [tree, tree + 3, 3, 4, 7]) {
                bytes[at] ^= 1
                expect(
                    await isSigned(publicKey, message, bytes.toString("hex"))
                ).toBe(false)
                bytes[at] ^= 1
            }
            expect(
                await isSigned(publicKey, message, bytes.toString("hex"))
            ).toBe(true)
        }
    })

    test("a key of another length than its type's trusts nobody", async () => {
        const [{ publicKey, message, signature }] = LMS_VECTORS
        for (const key of [publicKey + "00", publicKey.slice(2)])
            expect(await isSigned(key, message, signature)).toBe(false)
    })
})

// rows: O2 O5a
describe("a signed file", () => {
    OTA_VECTORS.forEach(({ kind, version, hash, text }) => {
        test(`${kind}: is read, verified and opened`, async () => {
            for (const part of [7, 256, 1000]) {
                await ds.sleep(0)
                const file = parsed(text, part)
                expect(file.version).toBe(version)
                expect(bodyHash(file)).toBe(hash)
                expect(await verifyLms(file, keysFor(kind))).toBe(true)
                expect(await bodyOf(file, OTA_KEY)).toBe(OTA_BODY)
                expect(isFor(file, OTA_DEVICE)).toBe(true)
                expect(isFor(file, "0123456789abcdef")).toBe(kind === "lms")
            }
        })
        test(`${kind}: another key refuses it`, async () => {
            const file = parsed(text)
            for (const key of [OTHER_KEY, ""])
                for (const publicKey of [OTHER_PUBKEY, ""])
                    expect(await verifyLms(file, trusted(key, publicKey))).toBe(
                        false
                    )
            if (kind === "sealed")
                expect(await bodyOf(file, OTHER_KEY)).toBe(undefined)
        })
    })
    test("with a public key, what only a shared key signed is refused", async () => {
        const file = parsed(OTA_VECTORS[0].text)
        expect(await verifyLms(file, keysFor("lms"))).toBe(false)
    })
    test("a malformed public key trusts nobody", async () => {
        for (const publicKey of ["x", "AAAA", OTA_PUBKEY.slice(4)])
            for (const vector of OTA_VECTORS) {
                const file = parsed(vector.text)
                const keys = trusted(OTA_KEY, publicKey)
                expect(await verifyLms(file, keys)).toBe(false)
            }
    })
    // the host's tests flip every bit; on the board that is `npm run test:ota`
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
            "#ota version=-1 share=1%\n#ota hmac=ab\n",
            "#ota version=1 share=1% seal=00 x\n#ota hmac=ab\n",
            "#ota  version=1 share=1%\n#ota hmac=ab\n",
            "#ota version=1 share=1% \n#ota hmac=ab\n",
            "#ota version=1\n#ota hmac=ab\n",
            "#ota version=1 share=1%",
        ]) {
            let problem = ""
            try {
                parsed(text)
            } catch (e: any) {
                problem = e.message
            }
            if (!problem) throw new Error(`taken: ${text}`)
        }
    })
    test("one whose target is malformed is for nobody", async () => {
        for (const target of [
            "share=0%",
            "share=1",
            "share=050%",
            "share=5x%",
            "share=-5%",
            "share=5%\r",
            "device=ab",
            `device=${OTA_DEVICE.toUpperCase()}`,
            "x",
        ])
            expect(
                isFor(parsed(`#ota version=1 ${target}\n`), OTA_DEVICE)
            ).toBe(false)
        const all = parsed("#ota version=1 share=100%\n")
        expect(isFor(all, OTA_DEVICE)).toBe(true)
    })
    test("one without a signature, or with another kind, is refused", async () => {
        const [header, signature, body] = splitOnce(OTA_VECTORS[0].text)
        const keys = keysFor("hmac")
        for (const lines of [
            "",
            "#ota more=ab\n",
            "#ota what=ab\n",
            "#ota hmac=ab\n",
            "#ota hmac=\n",
            signature.toUpperCase(),
            signature.slice(0, -1) + " \n",
            "#ota lms=" + signature.slice(10),
        ]) {
            const file = parsed(header + lines + body)
            expect(await verifyHmac(file, keys)).toBe(false)
            expect(await verifyLms(file, keys)).toBe(false)
            expect(await verifyLms(file, keysFor("lms"))).toBe(false)
        }
        // one of several suffices: the others are for boards with another key
        const file = parsed(`${header}#ota hmac=ab\n${signature}${body}`)
        expect(await verifyHmac(file, keys)).toBe(true)
    })
    test("a line in the place of another is not opened", async () => {
        const file = parsed(OTA_VECTORS[2].text)
        // the same line again is not sealed under the number of its place
        file.body.push(file.body[0])
        expect(await openSealed(file, OTA_KEY)).toBe(undefined)
    })
    test("a board tells why it does not open one", async () => {
        const offered = async (board: OtaBoard) => {
            board.ota.verify = async () => true
            const file = pieces(Buffer.from(OTA_VECTORS[2].text))
            return (await board.offer(file)).reason
        }
        const closed = await startedBoard()
        closed.ota.open = undefined
        expect(await offered(closed)).toBe(
            "version 9: it is sealed, this firmware opens none"
        )
        const fleet = await startedBoard({
            OTA_KEY: "",
            OTA_PUBKEY: OTA_PUBKEY,
        })
        expect(await offered(fleet)).toBe(
            "version 9: it is sealed, this board has no OTA_KEY"
        )
        expect(await offered(await startedBoard({ OTA_KEY: OTHER_KEY }))).toBe(
            "version 9: OTA_KEY does not open its seal"
        )
    })
    // rows: O5b
    test("a board keeps its place in all rollouts", async () => {
        for (const device of Object.keys(OTA_SHARES))
            expect(shareOf(device)).toBe(OTA_SHARES[device])
    })
})

// rows: O2a
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
