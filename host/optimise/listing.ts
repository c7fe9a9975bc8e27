// A program as text, for tests and for those who look for a fault.
import { Op, opInfo } from "./format.ts"
import type { Block, End, Expression, Func } from "./program.ts"

/** Names for what a program refers to by number. */
export interface ListingNames {
    functionName?: (id: number) => string
    string?: (op: number, number: number) => string
}

/** One function: a line for each statement, `bN:` before each block. */
export function listFunction(f: Func, names: ListingNames = {}): string {
    const numbers = new Map(f.blocks.map((block, i) => [block, i]))
    const label = (block: Block) => `b${numbers.get(block) ?? "?"}`
    const lines = [
        `function ${names.functionName?.(f.id) ?? `f${f.id}`}(${f.variables
            .slice(0, f.parameters)
            .map((_, i) => variable(i))
            .join(", ")})`,
    ]
    for (const block of f.blocks) {
        lines.push(`${label(block)}:`)
        for (const statement of block.statements)
            lines.push(`    ${show(statement)}`)
        lines.push(`    ${showEnd(block.end)}`)
    }
    return lines.join("\n")

    function variable(number: number): string {
        const { name, captured } = f.variables[number]!
        return `${name || "v"}#${number}${captured ? "^" : ""}`
    }

    function show({ op, number, args }: Expression): string {
        const { name, number: numbered } = opInfo[op]!
        const values = args.map(show)
        if (op === Op.literal) return String(number)
        if (op === Op.load_local) return variable(number)
        if (op === Op.store_local) return `${variable(number)} := ${values[0]}`
        if (op === Op.store_ret_val) return `ret_val := ${values[0]}`
        if (op === Op.static_function || op === Op.make_closure)
            return `${name} ${names.functionName?.(number) ?? `f${number}`}`
        const text = names.string?.(op, number)
        const operand = text ?? (numbered ? String(number) : "")
        const head = operand ? `${name} ${operand}` : name
        return values.length ? `${head}(${values.join(", ")})` : head
    }

    function showEnd(end: End): string {
        switch (end.kind) {
            case "jump":
                return `jump ${label(end.to)}`
            case "branch":
                return `if ${show(end.condition)} ${label(end.yes)} else ${label(end.no)}`
            case "nullish":
                return `if nullish ${label(end.nullish)} else ${label(end.other)}`
            case "try":
                return `try ${label(end.body)} handler ${label(end.handler)}`
            case "endTry":
                return `end try ${label(end.to)}`
            case "throwJump":
                return `leave ${end.level} for ${label(end.to)}`
            case "rethrow":
                return `rethrow ${show(end.value)} else ${label(end.next)}`
            default:
                return `${end.kind} ${show(end.value)}`
        }
    }
}
