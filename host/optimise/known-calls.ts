// Calls whose target is known: of a function by itself, bound to an object, and of methods: on
// `this` within the class when only that class has one of this name, or where types have marked the
// call.
import { FunctionFlag, isShortCall, Op } from "./format.ts"
import type { RawImage } from "./image.ts"
import { fieldName, findMethods, installed, type Method } from "./methods.ts"
import {
    type Expression,
    type Func,
    type Program,
    roots,
    walkFunction,
} from "./program.ts"

/** A call whose target is known. */
export interface Call {
    callee: Func
    /** The expression of `this`, if one is given. */
    receiver?: Expression
    args: Expression[]
}

/** The calls of a program. */
export class KnownCalls {
    readonly functions: Map<number, Func>
    /** All methods, by the number of their function. */
    readonly methods: Map<number, Method>
    /** Methods that alone have their name, by name. */
    private readonly alone = new Map<number, Method>()
    /** The class of each method, and of each constructor, as the constructor's number. */
    readonly owners = new Map<number, number>()
    /** How often a function is named, and how often it is called by a known call. */
    private readonly named = new Map<number, number>()
    private readonly calls = new Map<number, Call[]>()

    constructor(program: Program, raw: RawImage) {
        this.functions = new Map(program.functions.map(f => [f.id, f]))
        this.methods = findMethods(program, raw)
        for (const method of this.methods.values())
            if (method.isAlone) this.alone.set(method.name, method)
        const plain = new Set<number>()
        for (const f of program.functions) this.findOwners(f)
        for (const f of program.functions) findPlainUses(f, plain)
        for (const f of program.functions) {
            this.markOwnCalls(f, plain)
            this.count(f)
        }
    }

    /** What a call statement calls, when there is one answer only. */
    find(statement: Expression): Call | undefined {
        if (!isShortCall(statement.op)) return undefined
        const [target, ...args] = statement.args
        if (fieldName(target!) !== undefined) {
            if (target!.callee === undefined) return undefined
            const callee = this.functions.get(target!.callee)!
            return { callee, receiver: target!.args[0]!, args }
        }
        const bound = target!.op === Op.bind
        const named = bound ? target!.args[0]! : target!
        if (named.op !== Op.static_function) return undefined
        const callee = this.functions.get(named.number)!
        return bound
            ? { callee, receiver: target!.args[1]!, args }
            : { callee, args }
    }

    /** The known calls of a function. */
    callsOf({ id }: Func): readonly Call[] {
        return this.calls.get(id) ?? []
    }

    /** How often a function is named; where a method is installed is one of the places. */
    timesNamed({ id }: Func): number {
        return this.named.get(id) ?? 0
    }

    /** True for a method that is used in known calls only. */
    isOnlyCalled(method: Method): boolean {
        return this.callsOf(method.f).length === method.reads
    }

    private findOwners(f: Func): void {
        for (const { statements } of f.blocks)
            for (const statement of statements) {
                const method = installed(statement)
                if (!method) continue
                this.owners.set(method.id, method.owner)
                this.owners.set(method.owner, method.owner)
            }
    }

    /** Calls on `this` in a method or in the constructor of a class. */
    private markOwnCalls(f: Func, plain: ReadonlySet<number>): void {
        if ((f.flags & FunctionFlag.needsThis) === 0 || plain.has(f.id)) return
        const owner = this.owners.get(f.id)
        walkFunction(f, e => {
            const name = fieldName(e)
            const method = name === undefined ? name : this.alone.get(name)
            if (!method || method.owner !== owner) return
            const { op, number } = e.args[0]!
            if (op === Op.load_local && number === 0) e.callee = method.f.id
        })
    }

    private count(f: Func): void {
        walkFunction(f, ({ op, number }) => {
            if (op === Op.static_function || op === Op.make_closure)
                this.named.set(number, (this.named.get(number) ?? 0) + 1)
        })
        for (const { statements } of f.blocks)
            for (const statement of statements) {
                const call = this.find(statement)
                if (!call) continue
                const { id } = call.callee
                this.calls.set(id, [...(this.calls.get(id) ?? []), call])
            }
    }
}

/** Functions that are named otherwise than as a method or bound to an object. */
function findPlainUses(f: Func, plain: Set<number>): void {
    const bound = new Set<Expression>()
    for (const block of f.blocks)
        for (const root of roots(block))
            if (installed(root)) bound.add(root.args[2]!)
    walkFunction(f, e => {
        if (e.op === Op.bind || e.op === Op.new) bound.add(e.args[0]!)
        if (e.op === Op.builtin_field) bound.add(e.args[0]!)
    })
    walkFunction(f, e => {
        if (e.op === Op.static_function && !bound.has(e)) plain.add(e.number)
    })
}
