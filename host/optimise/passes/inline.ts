// Puts a function in the place of its call: one that is called once saves its header (16 bytes),
// the call and the return; a small one may be shorter than its call.
//
// Precondition: the called function is known, is no constructor, takes no rest argument, sees no
// frame and makes no closure (each run would need another frame), and no way out of it
// leaves a `try` by a plain return. What it reads before it is written is undefined, as at its
// start. Code of a function that keeps a frame for closures grows by small functions only, as
// whatever lies in such a frame is kept as well.
import { FunctionFlag, Op } from "../format.ts"
import { followFlow } from "../flow.ts"
import { Liveness } from "../liveness.ts"
import { effectsOf } from "../effects.ts"
import type { RawImage } from "../image.ts"
import { type Call, KnownCalls } from "../known-calls.ts"
import { findMethods, installed } from "../methods.ts"
import { blockBytes, expressionBytes, VARIABLE_BYTES } from "../size.ts"
import {
    type Block,
    count,
    type End,
    type Expression,
    type Func,
    type Inlining,
    isConstant,
    make,
    type Place,
    type Program,
    roots,
    walk,
    walkFunction,
} from "../program.ts"

/** Bytes of a function besides its code: its header, and what pads it. */
const FUNCTION_BYTES = 17
/** Bytes that install a method. */
const INSTALL_BYTES = 8
/** Bytes of a call besides its arguments, and of what is simpler without it, on the average. */
const CALL_BYTES = 8
/** Stands for uses of a parameter that is written to. */
const LARGE = 1000
/** Largest function that is put into another, in bytes: jumps across it get longer. */
const MAX_SIZE = 3000
/** Most variables that a function may add to a frame that closures keep. */
const MAX_KEPT = 8
/** Most variables of a function that others are put into; a slot's number takes one byte. */
const MAX_VARIABLES = 200

/** Inlines all over a program; `tidy` is run on each function that has changed. */
export function inlineFunctions(
    program: Program,
    raw: RawImage,
    tidy: (f: Func) => void
): void {
    new Inliner(program, raw, tidy).run()
}

class Inliner {
    private readonly program: Program
    private readonly raw: RawImage
    private readonly tidy: (f: Func) => void
    private readonly known: KnownCalls
    /** Methods whose every read was a call, by id. */
    private readonly onlyCalled: Set<number>
    /** Whether the code gets smaller when all known calls of a function are replaced. */
    private readonly smaller = new Map<number, boolean>()
    /** How many calls of a function have been replaced. */
    private readonly replaced = new Map<number, number>()
    private readonly done = new Set<Func>()

    constructor(program: Program, raw: RawImage, tidy: (f: Func) => void) {
        this.program = program
        this.raw = raw
        this.tidy = tidy
        this.known = new KnownCalls(program, raw)
        this.onlyCalled = new Set(
            [...this.known.methods.values()]
                .filter(method => this.known.isOnlyCalled(method))
                .map(({ f }) => f.id)
        )
    }

    run(): void {
        for (const f of this.program.functions) this.visit(f)
        this.dropUnused()
        this.dropInstalls()
        this.dropUnused()
    }

    /** What a function calls is finished first, so that it is as small as it gets. */
    private visit(f: Func): void {
        if (this.done.has(f)) return
        this.done.add(f)
        for (const block of f.blocks)
            for (const statement of block.statements) {
                const call = this.known.find(statement)
                if (call) this.visit(call.callee)
            }
        let changed = false
        for (let i = 0; i < f.blocks.length; i++)
            if (this.inlineInto(f, f.blocks[i]!)) changed = true
        if (changed) this.tidy(f)
    }

    private inlineInto(f: Func, block: Block): boolean {
        for (const [i, statement] of block.statements.entries()) {
            const call = this.known.find(statement)
            if (!call || !this.isWorth(f, call)) continue
            const { id } = call.callee
            replaceCall(f, block, i, call)
            this.replaced.set(id, (this.replaced.get(id) ?? 0) + 1)
            count(this.program, "inlined call")
            return true
        }
        return false
    }

    private isWorth(f: Func, { callee }: Call): boolean {
        if (callee === f || !this.isSmaller(callee)) return false
        if (f.variables.length + callee.variables.length > MAX_VARIABLES)
            return false
        return !keepsFrame(f) || callee.variables.length <= MAX_KEPT
    }

    /** True when the code gets no larger by replacing all calls of a function. */
    private isSmaller(callee: Func): boolean {
        const known = this.smaller.get(callee.id)
        if (known !== undefined) return known
        const size = codeSize(callee)
        const smaller =
            size <= MAX_SIZE &&
            canInline(callee) &&
            this.growth(callee) <= this.bytesGone(callee, size)
        this.smaller.set(callee.id, smaller)
        return smaller
    }

    /** Bytes that all known calls of a function take more, or less, when they are replaced. */
    private growth(callee: Func): number {
        const needsThis = (callee.flags & FunctionFlag.needsThis) !== 0
        const body = bodyBytes(callee)
        const uses = new Array<number>(callee.parameters).fill(0)
        walkFunction(callee, ({ op, number }) => {
            if (number >= callee.parameters) return
            if (op === Op.load_local) uses[number]!++
            // a parameter that is written is another variable
            else if (op === Op.store_local) uses[number]! += LARGE
        })
        let bytes = 0
        for (const { receiver, args } of this.known.callsOf(callee)) {
            const given = needsThis && receiver ? [receiver, ...args] : args
            bytes += body - CALL_BYTES
            uses.forEach((times, i) => {
                bytes += argumentBytes(given[i], times)
            })
        }
        return bytes
    }

    /** Bytes of a function that go when all its calls are replaced; 0 if it stays. */
    private bytesGone(f: Func, size: number): number {
        const names = this.known.timesNamed(f)
        if (this.known.owners.has(f.id)) {
            const goes = names === 1 && this.onlyCalled.has(f.id)
            return goes ? size + FUNCTION_BYTES + INSTALL_BYTES : 0
        }
        return names === this.known.callsOf(f).length
            ? size + FUNCTION_BYTES
            : 0
    }

    /** Methods whose every call was replaced need not be installed. */
    private dropInstalls(): void {
        const methods = findMethods(this.program, this.raw)
        const isGone = (id: number) =>
            this.replaced.has(id) &&
            this.onlyCalled.has(id) &&
            methods.get(id)?.reads === 0
        for (const f of this.program.functions)
            for (const block of f.blocks)
                block.statements = block.statements.filter(
                    statement => !isGone(installed(statement)?.id ?? -1)
                )
    }

    /** Functions that nothing names any more. */
    private dropUnused(): void {
        const used = new Set<number>()
        const use = (f: Func) => {
            if (used.has(f.id)) return
            used.add(f.id)
            walkFunction(f, ({ op, number }) => {
                if (op === Op.static_function || op === Op.make_closure)
                    use(this.known.functions.get(number)!)
            })
        }
        use(this.program.functions[0]!)
        const { functions } = this.program
        this.program.functions = functions.filter(f => used.has(f.id))
        count(
            this.program,
            "function gone",
            functions.length - this.program.functions.length
        )
    }
}

/** Bytes of a function's code without its parameters; its returns become jumps to its end. */
function bodyBytes(f: Func): number {
    let bytes = codeSize(f)
    let returns = 0
    walkFunction(f, ({ op, number }) => {
        if (op === Op.load_local && number < f.parameters)
            bytes -= VARIABLE_BYTES
    })
    for (const { end } of f.blocks) if (end.kind === "return") returns++
    return bytes - 1 + 2 * (returns - 1)
}

/** Bytes that an argument takes more, or less, in the place of `uses` reads than when passed. */
function argumentBytes(argument: Expression | undefined, uses: number): number {
    const bytes = argument ? expressionBytes(argument) : 1
    const passed = argument ? bytes : 0
    const simple =
        !argument || argument.op === Op.load_local || isConstant(argument)
    if (simple && uses < LARGE) return uses * bytes - passed
    if (uses === 1) return bytes - passed
    return bytes + VARIABLE_BYTES * (1 + (uses % LARGE)) - passed
}

function keepsFrame(f: Func): boolean {
    return f.variables.some(({ captured }) => captured)
}

function canInline(f: Func): boolean {
    const { constructor, rest } = FunctionFlag
    if ((f.flags & (constructor | rest)) !== 0 || f.parent) return false
    let closure = false
    walkFunction(f, ({ op }) => {
        if (op === Op.make_closure || op === Op.load_closure) closure = true
    })
    if (closure) return false
    const { regions } = followFlow(f)
    return f.blocks.every(
        block => block.end.kind !== "return" || regions.get(block)!.length === 0
    )
}

/** About how many bytes the code of a function takes. */
function codeSize(f: Func): number {
    return f.blocks.reduce((sum, block) => sum + blockBytes(block), 0)
}

/** Puts the callee's blocks between what precedes a call and what follows it. */
function replaceCall(f: Func, block: Block, at: number, call: Call): void {
    const { callee, receiver, args } = call
    const { place } = block.statements[at]!
    const first = f.variables.length
    for (const { name } of callee.variables)
        f.variables.push({ name, captured: false })
    const copy = copyBlocks(callee, first, place)
    const behind: Block = {
        statements: block.statements.slice(at + 1),
        end: block.end,
    }
    const store = (variable: number, value: Expression) =>
        make(Op.store_local, place, variable, [value])
    const undefinedValue = () => make(Op.undefined, place)
    const spare = () => f.variables.push({ name: "", captured: false }) - 1

    const parameters: Expression[] = []
    const given = [...args]
    if ((callee.flags & FunctionFlag.needsThis) !== 0)
        given.unshift(receiver ?? undefinedValue())
    else if (receiver) parameters.push(store(spare(), receiver))
    given.forEach((value, i) => {
        const variable = i < callee.parameters ? first + i : spare()
        parameters.push(store(variable, value))
    })
    for (let i = given.length; i < callee.parameters; i++)
        parameters.push(store(first + i, undefinedValue()))
    const entry = new Liveness(callee).at(callee.blocks[0]!)
    for (let v = callee.parameters; v < callee.variables.length; v++)
        if (entry[v]) parameters.push(store(first + v, undefinedValue()))
    block.statements.splice(at, block.statements.length, ...parameters)
    block.end = { kind: "jump", to: copy[0]!, place }

    const result = f.variables.push({ name: "", captured: false }) - 1
    for (const { statements, end } of copy) {
        if (end.kind !== "return") continue
        statements.push(make(Op.store_local, end.place, result, [end.value]))
    }
    for (const part of copy)
        if (part.end.kind === "return")
            part.end = { kind: "jump", to: behind, place: part.end.place }
    readResult(f, behind, result, place)
    f.blocks.splice(f.blocks.indexOf(block) + 1, 0, ...copy, behind)
}

/** Makes the code behind a call read the result from a variable. */
function readResult(
    f: Func,
    behind: Block,
    result: number,
    place: Place
): void {
    for (const root of roots(behind)) {
        const { readsReturned, writesReturned } = effectsOf(f, root)
        if (readsReturned)
            walk(root, e => {
                if (e.op !== Op.ret_val) return
                e.op = Op.load_local
                e.number = result
            })
        if (writesReturned) return
    }
    // nobody has written it: what follows may read it
    behind.statements.unshift(
        make(Op.store_ret_val, place, 0, [make(Op.load_local, place, result)])
    )
}

/** A function's blocks, its variables counted from `first`, its places inlined at `call`. */
function copyBlocks(f: Func, first: number, call: Place): Block[] {
    const places = new PlaceCopies({ callee: f.id, call })
    const copyExpression = (e: Expression): Expression => {
        const local = e.op === Op.load_local || e.op === Op.store_local
        return {
            op: e.op,
            number: local ? first + e.number : e.number,
            args: e.args.map(copyExpression),
            place: places.copy(e.place),
            callee: e.callee,
        }
    }
    const blocks = new Map(
        f.blocks.map(block => [
            block,
            {
                statements: block.statements.map(copyExpression),
                end: block.end,
            },
        ])
    )
    const moved = (block: Block) => blocks.get(block)!
    for (const block of blocks.values())
        block.end = {
            ...copyEnd(block.end, copyExpression, moved),
            place: places.copy(block.end.place),
        }
    return [...blocks.values()]
}

/** The end of a block with its expression copied and its ways replaced; the place stays. */
function copyEnd(
    end: End,
    copyExpression: (e: Expression) => Expression,
    moved: (block: Block) => Block
): End {
    switch (end.kind) {
        case "jump":
        case "endTry":
        case "throwJump":
            return { ...end, to: moved(end.to) }
        case "branch":
            return {
                ...end,
                condition: copyExpression(end.condition),
                yes: moved(end.yes),
                no: moved(end.no),
            }
        case "nullish":
            return {
                ...end,
                nullish: moved(end.nullish),
                other: moved(end.other),
            }
        case "try":
            return {
                ...end,
                handler: moved(end.handler),
                body: moved(end.body),
            }
        case "rethrow":
            return {
                ...end,
                value: copyExpression(end.value),
                next: moved(end.next),
            }
        default:
            return { ...end, value: copyExpression(end.value) }
    }
}

/** Copies of places, inlined at a call; what was one place stays one. */
class PlaceCopies {
    private readonly site: Inlining
    private readonly places = new Map<Place, Place>()
    private readonly sites = new Map<Inlining, Inlining>()

    constructor(site: Inlining) {
        this.site = site
    }

    copy(place: Place): Place {
        let copied = this.places.get(place)
        if (!copied) {
            copied = { ...place, inlined: this.copySite(place.inlined) }
            this.places.set(place, copied)
        }
        return copied
    }

    private copySite(inner: Inlining | undefined): Inlining {
        if (!inner) return this.site
        let copied = this.sites.get(inner)
        if (!copied) {
            copied = { callee: inner.callee, call: this.copy(inner.call) }
            this.sites.set(inner, copied)
        }
        return copied
    }
}
