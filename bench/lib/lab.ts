import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { buildProgram } from "../../host/sim/index.ts"

/** A mark as a line of the VM's console: a program prints one for each thing that it counts. */
const MARK = "> #"
/** The line of a program that has reached its end without a panic. */
const END = "> end"
/** The literal in a program that is replaced by its parameter; its length is the limit. */
const PARAMETER = "@parameter                              @"
/** Longest run, in ms. */
const TIMEOUT_MS = 20_000

/** A program to run, as the child process gets it. */
export interface LabOrder {
    /** In base64. */
    image: string
    mark: string
    end: string
    timeoutMs: number
}

/** The result of a run. */
export interface LabAnswer {
    /** The VM's panic code; undefined when the program reached its end. */
    panic: number | undefined
    /** Marks that the program printed. */
    marks: number
    /** When the first 400 marks came, in ms of CPU time. */
    times: number[]
    /** The last 1,000 of the other lines of the VM's log. */
    lines: string[]
    /** True when the run took too long. */
    isLate: boolean
}

/**
 * A VM in a new process that runs one program after the other, without bus, network or
 * flash: a run takes some 100 ms, and its result is the same each time.
 */
export class Lab {
    private readonly child: ChildProcess
    private readonly ready: Promise<unknown>
    private readonly images = new Map<string, Buffer>()

    constructor() {
        const loader = new URL("../../host/register.js", import.meta.url).href
        const { NODE_TEST_CONTEXT: _, ...env } = process.env
        this.child = fork(
            fileURLToPath(new URL("./lab-process.ts", import.meta.url)),
            { execArgv: ["--import", loader], env, stdio: "ignore" }
        )
        this.ready = once(this.child, "message")
    }

    /**
     * Runs a program until it prints its end or panics.
     * @param parameter put in place of the program's literal `PARAMETER`, at most 38 characters
     * @throws when it does not build, or does neither within 20 s
     */
    async run(main: string, parameter: string): Promise<LabAnswer> {
        const image = Buffer.from(await this.image(main))
        const at = image.indexOf(PARAMETER)
        if (at < 0) throw new Error(`"${main}" has no "${PARAMETER}"`)
        image.write(parameter.padEnd(PARAMETER.length), at)
        await this.ready
        const answered = once(this.child, "message")
        this.child.send({
            image: image.toString("base64"),
            mark: MARK,
            end: END,
            timeoutMs: TIMEOUT_MS,
        } satisfies LabOrder)
        const [answer] = (await answered) as [LabAnswer]
        if (answer.isLate)
            throw new Error(
                `"${main}" with "${parameter}" did not end:\n${answer.lines.join("\n")}`
            )
        return answer
    }

    /** Ends the process. */
    async stop(): Promise<void> {
        if (this.child.exitCode !== null) return
        this.child.kill("SIGKILL")
        await once(this.child, "exit")
    }

    private async image(main: string): Promise<Buffer> {
        const kept = this.images.get(main)
        if (kept) return kept
        const { bytecode } = await buildProgram(main)
        this.images.set(main, bytecode)
        return bytecode
    }
}
