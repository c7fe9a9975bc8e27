import { createServer, type AddressInfo, type Socket } from "node:net"
import type { TestContext } from "node:test"

/** Answer to a record: `take` it, `refuse` it by 500, `close` the connection, `ignore` it. */
export type RelpAnswer = "take" | "refuse" | "close" | "ignore"

/** Longest head of a frame: TXNR, command and length. */
const MAX_HEAD = 64

/** A RELP server that is told what to do with each record. */
export class RelpServer {
    /** The records that were taken, in the order of arrival. */
    readonly messages: Buffer[] = []
    connections = 0
    readonly port: number
    private readonly answer: (message: Buffer) => RelpAnswer

    private constructor(port: number, answer: (message: Buffer) => RelpAnswer) {
        this.port = port
        this.answer = answer
    }

    /** One that listens; closed after the test. */
    static async start(
        t: TestContext,
        answer: (message: Buffer) => RelpAnswer
    ): Promise<RelpServer> {
        const sockets = new Set<Socket>()
        const server = createServer(socket => {
            sockets.add(socket)
            socket.on("error", () => {})
            socket.on("close", () => sockets.delete(socket))
            relp.serve(socket)
        })
        await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
        t.after(async () => {
            for (const socket of sockets) socket.destroy()
            await new Promise(done => server.close(done))
        })
        const { port } = server.address() as AddressInfo
        const relp = new RelpServer(port, answer)
        return relp
    }

    private serve(socket: Socket): void {
        this.connections++
        let rest: Buffer = Buffer.alloc(0)
        socket.on("data", data => {
            rest = Buffer.concat([rest, data])
            for (;;) {
                const head = rest.subarray(0, MAX_HEAD).toString("latin1")
                const found = /^(\d+) (\w+) (\d+)[ \n]/.exec(head)
                if (!found) return
                const [all, txnr, command, length] = found
                const size = Number(length)
                // without data there is no blank before the line feed
                const end = size > 0 ? all.length + size + 1 : all.length
                if (rest.length < end) return
                const message = rest.subarray(all.length, all.length + size)
                rest = rest.subarray(end)
                if (!this.reply(socket, txnr!, command!, message)) return
            }
        })
    }

    /** Answers a command; false once the connection is over. */
    private reply(
        socket: Socket,
        txnr: string,
        command: string,
        message: Buffer
    ): boolean {
        const respond = (text: string) =>
            socket.write(`${txnr} rsp ${text.length} ${text}\n`)
        if (command === "open")
            respond("200 OK\nrelp_version=0\nrelp_software=x\ncommands=syslog")
        else if (command === "close") {
            socket.end(`${txnr} rsp 0\n0 serverclose 0\n`)
            return false
        } else {
            const answer = this.answer(message)
            if (answer === "close") {
                socket.destroy()
                return false
            }
            if (answer === "take") {
                this.messages.push(message)
                respond("200 OK")
            } else if (answer === "refuse") respond("500 message too long")
        }
        return true
    }
}
