import assert from "node:assert/strict"
import { placeFinder } from "../../host/optimise/debug.ts"
import { decodeProgram } from "../../host/optimise/decode.ts"
import { Op } from "../../host/optimise/format.ts"
import { readImage } from "../../host/optimise/image.ts"
import { listFunction } from "../../host/optimise/listing.ts"
import { inlineFunctions } from "../../host/optimise/passes/inline.ts"
import { tidy } from "../../host/optimise/passes/index.ts"
import { fillTexts } from "../../host/optimise/passes/texts.ts"
import { callPlainly } from "../../host/optimise/passes/plain-calls.ts"
import type { Func, Program } from "../../host/optimise/program.ts"
import { compile } from "./compiler.ts"

/** A compiled program, whose functions are looked at before and after passes. */
export class Subject {
    private readonly program: Program
    private readonly raw: ReturnType<typeof readImage>
    private readonly names: string[]

    constructor(source: string) {
        const { image, debug } = compile(source)
        this.raw = readImage(image)
        this.names = debug.functions.map(({ name }) => name)
        this.program = decodeProgram(this.raw, placeFinder(debug), id =>
            debug.functions[id]!.slots.map(({ name }) => name)
        )
    }

    /** Runs a pass on every function. */
    run(...passes: ((program: Program, f: Func) => unknown)[]): this {
        for (const pass of passes)
            for (const f of this.program.functions) pass(this.program, f)
        return this
    }

    inline(): this {
        inlineFunctions(this.program, this.raw, f => tidy(this.program, f))
        return this
    }

    callPlainly(): this {
        callPlainly(this.program, this.raw)
        return this
    }

    fillTexts(): this {
        fillTexts(this.program, this.raw, f => tidy(this.program, f))
        return this
    }

    find(name: string): Func {
        const f = this.program.functions.find(
            ({ id }) => this.names[id] === name
        )
        assert.ok(f, `no function ${name}`)
        return f
    }

    /** The slot of a function's variable, once they are chosen. */
    slot(name: string, variable: string): number {
        const { variables, slots } = this.find(name)
        return slots![variables.findIndex(v => v.name === variable)]!
    }

    /** The function's lines, without its head. */
    list(name: string): string[] {
        const lines = listFunction(this.find(name), {
            functionName: id => this.names[id]!,
            string: (op, number) =>
                op === Op.static_ascii_string || op === Op.ascii_field
                    ? Buffer.from(this.raw.ascii[number]!).toString()
                    : "",
        }).split("\n")
        return lines.slice(1).map(line => line.trim())
    }

    get functions(): string[] {
        return this.program.functions.map(({ id }) => this.names[id]!)
    }
}
