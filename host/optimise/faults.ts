// Which functions fail when an argument is undefined, before they do anything that can be seen.
import { isPure } from "./effects.ts"
import { successors } from "./flow.ts"
import { isShortCall, Op } from "./format.ts"
import { fieldName } from "./methods.ts"
import {
    type Block,
    type Expression,
    type Func,
    isConstant,
    type Program,
    roots,
    walk,
} from "./program.ts"

/** Functions looked into, one called by the other. */
const MAX_DEPTH = 4

/** Answers for the functions of one program. */
export class Faults {
    private readonly functions: Map<number, Func>

    constructor(program: Program) {
        this.functions = new Map(program.functions.map(f => [f.id, f]))
    }

    /** True for a method that reads or writes a field of `this` before anything else is seen. */
    withoutThis(f: Func): boolean {
        return this.without(f, 0, MAX_DEPTH)
    }

    /** True for a function that does so with a parameter, or hands it to one that does. */
    private without(f: Func, parameter: number, depth: number): boolean {
        if (depth === 0 || parameter >= f.parameters) return false
        return this.inBlock(f, f.blocks[0]!, parameter, depth)
    }

    /** True when each way from a block touches the parameter first; a loop is taken as none. */
    private inBlock(
        f: Func,
        block: Block,
        parameter: number,
        depth: number,
        before: readonly Block[] = []
    ): boolean {
        if (before.includes(block)) return false
        for (const root of roots(block)) {
            const fails = this.inRoot(f, root, parameter, depth)
            if (fails !== undefined) return fails
        }
        const { end } = block
        if (end.kind !== "jump" && end.kind !== "branch") return false
        return successors(block).every(to =>
            this.inBlock(f, to, parameter, depth, [...before, block])
        )
    }

    /** Undefined for a statement that can neither fail nor be seen. */
    private inRoot(
        f: Func,
        root: Expression,
        parameter: number,
        depth: number
    ): boolean | undefined {
        let fails: boolean | undefined
        walk(root, e => {
            if (fails !== undefined) return
            const touched = touchedObject(e)
            if (touched && isLoad(touched, parameter)) fails = true
            else if (e === root && isShortCall(e.op))
                fails = this.inCall(e, parameter, depth)
            else if (e.op === Op.store_local && e.number === parameter)
                fails = false
            else if (!isHarmless(f, e)) fails = false
        })
        return fails
    }

    private inCall(
        { args: [target, ...args] }: Expression,
        parameter: number,
        depth: number
    ): boolean {
        if (target!.op !== Op.static_function) return false
        const callee = this.functions.get(target!.number)!
        return args.some(
            (arg, i) =>
                isLoad(arg, parameter) &&
                callee.flags === 0 &&
                this.without(callee, i, depth - 1)
        )
    }
}

/**
 * True for what cannot be seen once its values are there. A read of a field may fail, which is as
 * well: the function then fails at the same point.
 */
function isHarmless(f: Func, e: Expression): boolean {
    if (fieldName(e) !== undefined) return true
    if (e.op === Op.alloc_array) return e.args.every(isConstant)
    return isPure(f, { ...e, args: [] })
}

/** The object whose field an expression reads, or a statement writes. */
function touchedObject(e: Expression): Expression | undefined {
    const isField = e.op === Op.index_set || fieldName(e) !== undefined
    return isField ? e.args[0] : undefined
}

function isLoad({ op, number }: Expression, variable: number): boolean {
    return op === Op.load_local && number === variable
}
