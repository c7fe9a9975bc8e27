// Requests /1, /2, ... /COUNT from PAGE_PORT, and prints for each what came: status and ETag
// field, or the error; before that the body, in lines that the console does not cut.
import { httpRequest } from "../../../src/net"
import { SystemClock, SystemSocket } from "../../../src/platform"
import { number } from "./support/number"

const port = await number("PAGE_PORT", 80)
const count = await number("COUNT", 1)
const timeoutMs = await number("TIMEOUT", 5000)
/** Most bytes of a body in one line. */
const LINE_BYTES = 100
const clock = new SystemClock()
const socket = new SystemSocket()
async function ask(n: number): Promise<string> {
    try {
        const { status, fields } = await httpRequest(
            clock,
            socket,
            {
                url: `http://127.0.0.1:${port}/${n}`,
                maxBytes: 400,
                onBody: part => {
                    for (let at = 0; at < part.length; at += LINE_BYTES) {
                        const end = Math.min(at + LINE_BYTES, part.length)
                        const piece = part.slice(at, end)
                        console.log(`${n} + ${piece.toString("hex")}`)
                    }
                },
            },
            timeoutMs
        )
        return JSON.stringify({ status, etag: fields["etag"] })
    } catch (e: any) {
        return JSON.stringify({ error: e.message })
    }
}

for (let n = 1; n <= count; ++n) console.log(`${n} ${await ask(n)}`)
console.log("done {}")
