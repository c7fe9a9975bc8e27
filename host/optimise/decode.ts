// From the code of a function to its blocks.
import { checkName, checkOperands } from "./check.ts"
import {
    DIRECT_CONST,
    DIRECT_CONST_OFFSET,
    FIRST_MULTIBYTE_INT,
    Op,
    opInfo,
} from "./format.ts"
import { followFlow } from "./flow.ts"
import { NotUnderstood, type RawFunction, type RawImage } from "./image.ts"
import {
    type Block,
    type End,
    type Expression,
    type Func,
    make,
    type Place,
    type Program,
    type Variable,
    walkFunction,
} from "./program.ts"

/** One instruction of the code. */
interface Instruction {
    at: number
    size: number
    op: number
    number: number
}

/** Tells where the instruction that ends before a code position of the image comes from. */
export type FindPlace = (end: number) => Place

/**
 * Makes a program of an image.
 * @throws NotUnderstood when its code is not of the form that the compiler makes
 */
export function decodeProgram(
    raw: RawImage,
    findPlace: FindPlace,
    slotNames: (id: number) => string[]
): Program {
    // the only text that counts as false is the VM's own
    if ([...raw.ascii, ...raw.utf8].some(text => text.length === 0))
        throw new NotUnderstood("an empty text in a table")
    const functions = raw.functions.map((f, id) =>
        decodeFunction(f, id, findPlace, slotNames(id))
    )
    const reached = reachedFunctions(functions)
    for (const f of reached) {
        checkName(raw, f.name)
        checkOperands(raw, f)
    }
    linkClosures(reached, functions)
    return { functions: reached, marked: new Set(), counts: new Map() }
}

/** Functions that code names which can be reached; the compiler leaves others behind. */
function reachedFunctions(functions: Func[]): Func[] {
    const reached = new Set<Func>()
    const reach = (f: Func | undefined) => {
        if (!f) throw new NotUnderstood("a function is missing")
        if (reached.has(f)) return
        reached.add(f)
        walkFunction(f, ({ op, number }) => {
            if (op === Op.static_function || op === Op.make_closure)
                reach(functions[number])
        })
    }
    reach(functions[0])
    return functions.filter(f => reached.has(f))
}

function decodeFunction(
    raw: RawFunction,
    id: number,
    findPlace: FindPlace,
    names: string[]
): Func {
    const variables: Variable[] = Array.from({ length: raw.slots }, (_, i) =>
        i < raw.args
            ? { name: names[i] ?? "", parameter: i, captured: false }
            : { name: names[i] ?? "", captured: false }
    )
    const f: Func = {
        id,
        name: raw.name,
        flags: raw.flags,
        parameters: raw.args,
        variables,
        blocks: new BlockDecoder(raw, findPlace).decode(),
    }
    const reached = new Set(followFlow(f).order)
    f.blocks = f.blocks.filter(block => reached.has(block))
    return f
}

/** Makes blocks of the code of one function. */
class BlockDecoder {
    private readonly raw: RawFunction
    private readonly findPlace: FindPlace
    private readonly code: Instruction[]
    private readonly targets: Set<number>
    private readonly blocks = new Map<number, Block>()
    /** What expressions have left for the next statement. */
    private readonly stack: Expression[] = []
    /** The block of the next instruction; undefined where no way leads. */
    private block: Block | undefined

    constructor(raw: RawFunction, findPlace: FindPlace) {
        this.raw = raw
        this.findPlace = findPlace
        this.code = readInstructions(raw.code)
        this.targets = jumpTargets(this.code)
    }

    decode(): Block[] {
        this.block = this.blockAt(0)
        for (const [i, instruction] of this.code.entries()) {
            if (this.targets.has(instruction.at)) this.enter(instruction.at)
            // what no way leads to: padding, and code behind a return
            if (this.block)
                this.take(this.block, instruction, this.code[i + 1]?.at)
        }
        if (this.block) throw new NotUnderstood("a function has no end")
        return [...this.blocks.entries()]
            .sort(([a], [b]) => a - b)
            .map(([, found]) => found)
            .filter(found => (found.end as End | undefined) !== undefined)
    }

    private blockAt(at: number): Block {
        let block = this.blocks.get(at)
        // its end is set when its last instruction is met
        if (!block)
            this.blocks.set(at, (block = { statements: [], end: undefined! }))
        return block
    }

    private placeAt(end: number): Place {
        return this.findPlace(this.raw.start + end)
    }

    /** Begins the block of a jump's target; the one before goes on there. */
    private enter(at: number): void {
        if (this.stack.length > 0)
            throw new NotUnderstood("a jump into an expression")
        const target = this.blockAt(at)
        if (this.block && this.block !== target)
            this.block.end = {
                kind: "jump",
                to: target,
                place: this.placeAt(at),
            }
        this.block = target
    }

    /** Takes an instruction into a block. @param following where the next one is */
    private take(
        block: Block,
        instruction: Instruction,
        following: number | undefined
    ): void {
        const { at, size, op, number } = instruction
        const { name, args: count, statement } = opInfo[op]!
        if (this.stack.length < count)
            throw new NotUnderstood(`too few values for ${name}`)
        const args = this.stack.splice(this.stack.length - count)
        const place = this.placeAt(at + size)
        if (!statement) {
            this.stack.push(make(op, place, number, args))
            return
        }
        if (this.stack.length > 0)
            throw new NotUnderstood("a value is left over")
        const end = this.makeEnd(instruction, args[0]!, place, following)
        if (end) {
            block.end = end
            this.leave(end, following)
        } else block.statements.push(make(op, place, number, args))
    }

    /** Ends the block; one that only this end leads to begins at once. */
    private leave(end: End, following: number | undefined): void {
        this.block = undefined
        if (following === undefined || this.targets.has(following)) return
        if (leadsOn(end)) this.block = this.blockAt(following)
    }

    /** The end of a block that an instruction is; undefined for a plain statement. */
    private makeEnd(
        { at, op, number }: Instruction,
        value: Expression,
        place: Place,
        following: number | undefined
    ): End | undefined {
        const to = () => this.blockAt(at + number)
        const next = () => {
            if (following === undefined)
                throw new NotUnderstood("a function has no end")
            return this.blockAt(following)
        }
        switch (op) {
            case Op.jmp:
                return { kind: "jump", to: to(), place }
            case Op.jmp_z:
                return {
                    kind: "branch",
                    condition: value,
                    yes: next(),
                    no: to(),
                    place,
                }
            case Op.jmp_ret_val_z:
                return { kind: "nullish", nullish: to(), other: next(), place }
            case Op.try:
                return { kind: "try", handler: to(), body: next(), place }
            case Op.end_try:
                return { kind: "endTry", to: to(), place }
            case Op.throw_jmp:
                if (value.op !== Op.literal)
                    throw new NotUnderstood("a jump out of unknown regions")
                return {
                    kind: "throwJump",
                    to: to(),
                    level: value.number,
                    place,
                }
            case Op.return:
                return { kind: "return", value, place }
            case Op.throw:
                return { kind: "throw", value, place }
            case Op.re_throw:
                return { kind: "rethrow", value, next: next(), place }
            default:
                return undefined
        }
    }
}

/** True for an end behind which the code goes on. */
function leadsOn({ kind }: End): boolean {
    return ["branch", "nullish", "try", "rethrow"].includes(kind)
}

function jumpTargets(code: Instruction[]): Set<number> {
    const starts = new Set(code.map(({ at }) => at))
    const targets = new Set<number>()
    for (const { at, op, number } of code)
        if (JUMPS.has(op)) {
            if (!starts.has(at + number))
                throw new NotUnderstood("a jump between instructions")
            targets.add(at + number)
        }
    return targets
}

const JUMPS = new Set<number>([
    Op.jmp,
    Op.jmp_z,
    Op.jmp_ret_val_z,
    Op.try,
    Op.end_try,
    Op.throw_jmp,
])

function readInstructions(code: Uint8Array): Instruction[] {
    const result: Instruction[] = []
    let at = 0
    while (at < code.length) {
        const start = at
        const byte = code[at++]!
        // functions are padded with zeros to a multiple of 4 bytes
        if (byte === 0 && code.length - start < 4) break
        if (byte >= DIRECT_CONST) {
            const number = byte - DIRECT_CONST - DIRECT_CONST_OFFSET
            result.push({ at: start, size: 1, op: Op.literal, number })
            continue
        }
        const info = opInfo[byte]
        if (!info) throw new NotUnderstood(`unknown opcode ${byte}`)
        const number = info.number ? readNumber() : 0
        result.push({ at: start, size: at - start, op: byte, number })
    }
    return result

    function readNumber(): number {
        const first = code[at++]!
        if (first < FIRST_MULTIBYTE_INT) return first
        let value = 0
        for (let i = 0; i <= (first & 3); i++)
            value = (value << 8) | code[at++]!
        return (first & 4) !== 0 ? -value | 0 : value
    }
}

/**
 * Finds the function whose frame each closure sees, and makes what it reads or writes there
 * name the variable.
 */
function linkClosures(functions: Func[], byNumber: Func[]): void {
    for (const f of functions)
        walkFunction(f, ({ op, number }) => {
            if (op !== Op.make_closure) return
            const inner = byNumber[number]
            if (!inner) throw new NotUnderstood("a closure of no function")
            if (inner.parent && inner.parent !== f)
                throw new NotUnderstood("a closure in two functions")
            inner.parent = f
        })
    for (const f of functions)
        walkFunction(f, e => {
            if (e.op !== Op.load_closure && e.op !== Op.store_closure) return
            const variable = closureFrame(f, e).variables[e.number]
            if (!variable) throw new NotUnderstood("a closure's unknown slot")
            variable.captured = true
        })
}

/** The function in whose frame a `load_closure` or `store_closure` of `f` reads or writes. */
export function closureFrame(f: Func, { args }: Expression): Func {
    const level = args[0]!
    if (level.op !== Op.literal || level.number < 1)
        throw new NotUnderstood("a closure's unknown frame")
    let frame: Func | undefined = f
    for (let i = 0; i < level.number; i++) frame = frame?.parent
    if (!frame) throw new NotUnderstood("a closure without a frame")
    return frame
}
