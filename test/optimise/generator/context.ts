/**
 * What the generator knows at the place where it writes: variables in scope, functions that can be
 * called, and the VM steps that the program takes so far, so that programs end in time.
 */
import type { Random } from "./random.ts"
import type { Expression, Statements, Type } from "./tree.ts"

export interface Variable {
    name: string
    /** "fun" is never a value that is printed: its text has the function's number in it. */
    type: Type | "fun"
    assignable: boolean
    /** Declared in a loop: the compiler refuses closures over it. */
    inLoop: boolean
    /** Number of the function that it belongs to; 0 is the module. */
    level: number
    /** Of a "fun": steps of one call. */
    cost?: number
    /** Its class, where that is known. */
    instance?: ClassInfo
}

/** One parameter, for whoever calls. */
export type Parameter = Type | "callback" | "rest" | "pattern"

export interface Callable {
    name: string
    parameters: Parameter[]
    async: boolean
    /** Of a method: it calls only methods of its class with a smaller rank, so none recurses. */
    rank: number
    /** Steps of one call, about. */
    cost: number
    /** Lines that one call prints, about. */
    lines: number
}

export interface ClassInfo {
    name: string
    base: ClassInfo | undefined
    fields: string[]
    methods: Callable[]
    constructor_: Callable
}

/** The function that is being written. */
export interface Frame {
    level: number
    async: boolean
    /** Its class, when `this` can be used. */
    this: ClassInfo | undefined
    /** Of a method: its rank. */
    rank: number
    /** A constructor, or the root of a fiber: it returns no value. */
    valueless: boolean
    loops: number
    /** How often the code that is being written runs in one call. */
    times: number
    cost: number
    lines: number
    limit: number
    lineLimit: number
    depth: number
    /** Statements that it may still have: the compiler takes no more than 148 variables. */
    room: number
}

/** Steps of a statement and of an expression, about. */
export const STATEMENT_COST = 3
export const EXPRESSION_COST = 1.5
export const CALL_COST = 12
/** Steps that a callback is taken to need by the function that gets it. */
export const CALLBACK_COST = 40

/** What one file of the grammar uses of others that use it. */
export interface Grammar {
    /** A block of `count` statements. */
    block(count: number): Statements
    /** An arrow function; the steps of a call are spent. */
    closure(parameters: number, depth: number): Expression
}

export class Context {
    readonly random: Random
    grammar!: Grammar
    /** How often each kind of thing is written: drawn once for each program. */
    readonly taste: (kind: string) => number
    readonly functions: Callable[] = []
    readonly classes: ClassInfo[] = []
    frame: Frame
    private scopes: Variable[][] = [[]]
    private counts = new Map<string, number>()

    constructor(random: Random, taste: (kind: string) => number) {
        this.random = random
        this.taste = taste
        this.frame = newFrame({ level: 0, async: true })
    }

    /** A name that nothing else has. */
    name(prefix: string): string {
        const count = this.counts.get(prefix) ?? 0
        this.counts.set(prefix, count + 1)
        return `${prefix}${count}`
    }

    declare(variable: Omit<Variable, "level" | "inLoop">): Variable {
        const declared = {
            ...variable,
            level: this.frame.level,
            inLoop: this.frame.loops > 0,
        }
        this.scopes[this.scopes.length - 1]!.push(declared)
        return declared
    }

    /** The variables that can be used here. */
    visible(fits: (variable: Variable) => boolean): Variable[] {
        return this.scopes
            .flat()
            .filter(v => fits(v) && (v.level === this.frame.level || !v.inLoop))
    }

    /** Writes something with a new scope. */
    scoped<T>(write: () => T): T {
        this.scopes.push([])
        try {
            return write()
        } finally {
            this.scopes.pop()
        }
    }

    /** Writes the body of a function and tells what a call of it takes. */
    inFunction<T>(frame: Partial<Frame>, write: () => T): [T, Frame] {
        const outer = this.frame
        const inner = newFrame({ ...frame, level: outer.level + 1 })
        this.frame = inner
        try {
            return [this.scoped(write), inner]
        } finally {
            this.frame = outer
        }
    }

    /** Writes what runs `times` times. */
    repeated<T>(times: number, loop: boolean, write: () => T): T {
        const { frame } = this
        frame.times *= times
        if (loop) frame.loops++
        try {
            return this.scoped(write)
        } finally {
            frame.times /= times
            if (loop) frame.loops--
        }
    }

    spend(steps: number, lines = 0): void {
        this.frame.cost += steps * this.frame.times
        this.frame.lines += lines * this.frame.times
    }

    affords(steps: number, lines = 0): boolean {
        const { cost, times, limit } = this.frame
        return (
            cost + steps * times < limit &&
            this.frame.lines + lines * times <= this.frame.lineLimit
        )
    }
}

function newFrame(frame: Partial<Frame>): Frame {
    return {
        level: 0,
        async: false,
        this: undefined,
        rank: 0,
        valueless: false,
        loops: 0,
        times: 1,
        cost: 0,
        lines: 0,
        limit: 20_000,
        lineLimit: 60,
        depth: 0,
        room: 40,
        ...frame,
    }
}
