// rows: L14b
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { escapeControls } from "../../src/platform"
import { thrown } from "./support/log"

/** What rsyslog makes of the same bytes, character by character. */
function slowly(text: string): string {
    const out: string[] = []
    for (let i = 0; i < text.length; ++i) {
        const code = text.charCodeAt(i)
        const isControl = code < 32 || (code >= 127 && code < 160)
        const bytes = Buffer.from(text[i])
        if (isControl)
            for (let at = 0; at < bytes.length; ++at) {
                const digits = [bytes[at] >> 6, (bytes[at] >> 3) & 7]
                out.push(`#${digits[0]}${digits[1]}${bytes[at] & 7}`)
            }
        else out.push(bytes.toString())
    }
    return out.join("")
}

describe("control characters", () => {
    test("printable text stays as it is", () => {
        const texts = [
            "",
            "a plain line",
            'with "quotes" and \\backslashes\\n',
            "Küche, 21 °C, €, 𝄞, 👩‍🚀",
            "\u2028 and \u2029, \u00a0 and \ufeff",
            "#012 that somebody wrote",
        ]
        texts.forEach(text => {
            expect(escapeControls(text)).toBe(text)
        })
    })
    test("each control character is escaped as octal bytes", () => {
        expect(escapeControls("a\nb\r\nc\td")).toBe("a#012b#015#012c#011d")
        expect(escapeControls("\x1b]0;x\x07")).toBe("#033]0;x#007")
        expect(escapeControls("a\x7f")).toBe("a#177")
        expect(escapeControls("\u009b1m \u0085")).toBe("#302#2331m #302#205")
        const nul = String.fromCharCode(0)
        expect(escapeControls(nul + "x" + nul)).toBe("#000x#000")
    })
    test("a long text is escaped as a short one, with little heap", () => {
        const words: string[] = []
        for (let i = 0; i < 100; ++i) words.push("äöü€𝄞 0123")
        const long = words.join("")
        expect(escapeControls(long)).toBe(long)
        expect(escapeControls(long + "\r\x7f")).toBe(long + "#015#177")
    })
    test("every character up to 400, in every company", async () => {
        const companies = ["", "plain", '"', "\\", "ä", "\x7f", "\n", "\u0080"]
        for (let code = 0; code < 400; ++code) {
            // the VM bounds the steps of a slice
            await ds.sleep(0)
            for (const company of companies) {
                const text = company + String.fromCharCode(code) + "."
                expect(escapeControls(text)).toBe(slowly(text))
            }
        }
    })
    test("the VM takes no half of a surrogate pair from outside", () => {
        const said = thrown(() => JSON.parse('"a\\ud83d"'))
        expect(said.includes("Unexpected token")).toBe(true)
    })
})
