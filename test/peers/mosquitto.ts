import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { once } from "node:events"
import { connect } from "node:net"
import { join } from "node:path"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { connectAsync } from "mqtt"
import { cleanUp, tempFolder } from "../system/harness.ts"
import { freePort } from "./ports.ts"

const PROGRAM = "/usr/sbin/mosquitto"

/** Why the tests with a broker cannot run here; false where they can. */
export const noMosquitto =
    !existsSync(PROGRAM) && !process.env.CI && "mosquitto is not installed"

/** Debian's MQTT broker, on its own port, with a state that outlives it. */
export class Mosquitto {
    readonly port: number
    private readonly config: string
    private child: ChildProcess | undefined

    private constructor(port: number, config: string) {
        this.port = port
        this.config = config
    }

    /** Starts a broker; it ends with the test. */
    static async start(t: TestContext): Promise<Mosquitto> {
        const folder = tempFolder(t)
        const port = await freePort()
        const config = join(folder, "mosquitto.conf")
        writeFileSync(
            config,
            [
                `listener ${port} 127.0.0.1`,
                "allow_anonymous true",
                "persistence true",
                "autosave_interval 1",
                "autosave_on_changes true",
                `persistence_location ${folder}/`,
                "user root",
                "",
            ].join("\n")
        )
        const broker = new Mosquitto(port, config)
        cleanUp(t, () => broker.stop())
        await broker.run()
        return broker
    }

    get url(): string {
        return `mqtt://127.0.0.1:${this.port}`
    }

    /** Starts it, again after `stop`. */
    async run(): Promise<void> {
        this.child = spawn(PROGRAM, ["-c", this.config], { stdio: "ignore" })
        while (!(await answers(this.port))) await sleep(20)
    }

    /** Stops its process, which keeps its connections, or lets it run again. */
    freeze(isFrozen: boolean): void {
        this.child?.kill(isFrozen ? "SIGSTOP" : "SIGCONT")
    }

    /** Ends it. */
    async stop(): Promise<void> {
        const { child } = this
        this.child = undefined
        if (!child) return
        const ended = once(child, "exit")
        child.kill("SIGCONT")
        child.kill("SIGTERM")
        await ended
    }

    /** Collects what is published under a topic. */
    async subscribe(t: TestContext, topic: string): Promise<string[]> {
        const messages: string[] = []
        const client = await connectAsync(this.url, {
            clientId: `test-${topic}`,
            clean: false,
            reconnectPeriod: 100,
        })
        cleanUp(t, () => client.endAsync(true))
        client.on("message", (_, payload) => messages.push(payload.toString()))
        client.on("error", () => {
            // it is tried again
        })
        await client.subscribeAsync(topic, { qos: 2 })
        return messages
    }
}

function answers(port: number): Promise<boolean> {
    return new Promise(resolve => {
        const socket = connect(port, "127.0.0.1")
        socket.once("connect", () => (socket.destroy(), resolve(true)))
        socket.once("error", () => resolve(false))
    })
}
