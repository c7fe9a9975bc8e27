// The form that passes work on: a function is a list of blocks, a block a list of statements and
// an end that says where it goes on, a statement a tree of expressions.
import { MAX_STACK_DEPTH, Op, opInfo } from "./format.ts"

/** A place in the sources, as the debug information counts, and where it was inlined into. */
export interface Place {
    /** Position in all sources laid end to end, in characters. */
    position: number
    length: number
    /** Set for code of a function that was inlined. */
    inlined?: Inlining
}

/** One function inlined at one call. */
export interface Inlining {
    /** Index of the inlined function in the compiler's debug information. */
    callee: number
    /** Where it was called. */
    call: Place
}

/** An expression: an opcode, its number (a variable, an index, a value) and its values. */
export interface Expression {
    op: number
    number: number
    args: Expression[]
    place: Place
    /** For what a call by name calls: the one function that it can mean, if that is known. */
    callee?: number
}

/** A statement within a block; like an expression, but it leaves no value. */
export type Statement = Expression

/** How a block ends. */
export type End = { place: Place } & (
    | { kind: "jump"; to: Block }
    /** `jmp_z`: to `no` when the condition is false. */
    | { kind: "branch"; condition: Expression; yes: Block; no: Block }
    /** `jmp_ret_val_z`: to `nullish` when the returned value is null or undefined. */
    | { kind: "nullish"; nullish: Block; other: Block }
    /** Starts a region whose faults go to `handler`. */
    | { kind: "try"; handler: Block; body: Block }
    | { kind: "endTry"; to: Block }
    /** Leaves `level` regions, with their `finally` blocks on the way. */
    | { kind: "throwJump"; to: Block; level: number }
    | { kind: "return"; value: Expression }
    | { kind: "throw"; value: Expression }
    /** Goes on to `next` when the value is undefined. */
    | { kind: "rethrow"; value: Expression; next: Block }
)

/** Statements that run one after the other. A handler begins with `catch` or `finally`. */
export interface Block {
    statements: Statement[]
    end: End
}

/** A local variable of a function: a parameter, a captured one, or any other. */
export interface Variable {
    name: string
    /** The slot in which it must lie: that of a parameter. */
    parameter?: number
    /** True when a closure reads or writes it: its slot is shared, it may change at any call. */
    captured: boolean
}

/** A function of a program. */
export interface Func {
    /** Index in the compiler's debug information, which stays its identity. */
    id: number
    name: number
    flags: number
    parameters: number
    variables: Variable[]
    /** The first one is entered; their order is that in the code. */
    blocks: Block[]
    /** The function whose frame it sees as a closure. */
    parent?: Func
    /** Slots of the variables, once they are chosen; before, they are the variables' numbers. */
    slots?: number[]
}

/** All functions of a program; the first one is entered by the VM. */
export interface Program {
    functions: Func[]
    /** Methods whose every read is marked as the `callee` of an expression. */
    marked: Set<number>
    /** How often each pass changed something. */
    counts: Map<string, number>
}

/** Counts a change made by a pass. */
export function count(program: Program, pass: string, times = 1): void {
    program.counts.set(pass, (program.counts.get(pass) ?? 0) + times)
}

/** Makes an expression or a statement. */
export function make(
    op: number,
    place: Place,
    number = 0,
    args: Expression[] = []
): Expression {
    return { op, number, args, place }
}

/** A copy that shares nothing but its places. */
export function clone(expression: Expression): Expression {
    return { ...expression, args: expression.args.map(clone) }
}

/** Calls `visit` for the expression and all within, in the order in which they run. */
export function walk(
    expression: Expression,
    visit: (e: Expression) => void
): void {
    for (const arg of expression.args) walk(arg, visit)
    visit(expression)
}

/** The value that an end computes, if any. */
export function valueOf(end: End): Expression | undefined {
    if (end.kind === "branch") return end.condition
    if (end.kind === "return" || end.kind === "throw") return end.value
    if (end.kind === "rethrow") return end.value
    return undefined
}

/** All expressions at the root of a block's statements and its end, in the order they run. */
export function roots(block: Block): Expression[] {
    const value = valueOf(block.end)
    return value ? [...block.statements, value] : block.statements
}

/** Visits each expression of a function. */
export function walkFunction(f: Func, visit: (e: Expression) => void): void {
    for (const block of f.blocks)
        for (const root of roots(block)) walk(root, visit)
}

/** True when the same number of bytes and steps compute the same value: nothing is read. */
export function sameExpression(a: Expression, b: Expression): boolean {
    return (
        a.op === b.op &&
        a.number === b.number &&
        a.args.length === b.args.length &&
        a.args.every((arg, i) => sameExpression(arg, b.args[i]!))
    )
}

/** Deepest stack that computing an expression or a statement takes. */
export function stackDepth(expression: Expression): number {
    let depth = opInfo[expression.op]!.statement ? 0 : 1
    expression.args.forEach((arg, i) => {
        depth = Math.max(depth, i + stackDepth(arg))
    })
    return depth
}

/**
 * Puts a value in the place of a part of a statement.
 * @returns false, with nothing changed, when that would take too much of the stack
 */
export function substitute(
    root: Expression,
    part: Expression,
    value: Expression
): boolean {
    const before = { ...part }
    Object.assign(part, value)
    if (stackDepth(root) < MAX_STACK_DEPTH) return true
    Object.assign(part, before)
    return false
}

/** True for an expression that is a literal: no state is read, nothing can fail. */
export function isConstant({ op }: Expression): boolean {
    return CONSTANTS.has(op)
}

const CONSTANTS: ReadonlySet<number> = new Set([
    Op.literal,
    Op.literal_f64,
    Op.true,
    Op.false,
    Op.undefined,
    Op.null,
    Op.nan,
    Op.inf,
    Op.static_builtin_string,
    Op.static_ascii_string,
    Op.static_utf8_string,
    Op.static_buffer,
    Op.static_function,
    Op.static_spec,
    Op.builtin_object,
])
