// From the blocks of a function to its code.
import {
    DIRECT_CONST,
    DIRECT_CONST_OFFSET,
    FIRST_MULTIBYTE_INT,
    Op,
    opInfo,
} from "./format.ts"
import { closureFrame } from "./decode.ts"
import { followFlow } from "./flow.ts"
import {
    type Block,
    type Expression,
    type Func,
    isConstant,
    type Place,
} from "./program.ts"

/** The numbers that functions, strings and literals have in the image. */
export interface Numbering {
    /** For an expression that names a string, a function or a number: its opcode and number. */
    encode: (e: Expression) => { op: number; number: number }
}

/** The code of one function. */
export interface EncodedFunction {
    code: Uint8Array
    slots: number
    tryFrames: number
    /** Where code of another place in the sources begins, in bytes from the function's start. */
    places: { at: number; place: Place }[]
}

/** A jump whose size is not known until its distance is. */
interface Jump {
    op: number
    to: Block
    /** Bytes with the opcode. */
    size: number
}

type Piece = number | Jump | { begin: Block } | { place: Place }

/** Makes the code of a function: its blocks in their order. */
export function encodeFunction(f: Func, numbering: Numbering): EncodedFunction {
    const { code, places } = assemble(new Emitter(f, numbering).emitBlocks())
    return {
        code,
        places,
        slots: Math.max(f.parameters, 1 + Math.max(-1, ...usedSlots(f))),
        tryFrames: tryDepth(f),
    }
}

/** How many `try` are within each other; a region counts also when no block lies in it. */
function tryDepth(f: Func): number {
    const { regions } = followFlow(f)
    const depths = f.blocks
        .filter(({ end }) => end.kind === "try")
        .map(block => regions.get(block)!.length + 1)
    return Math.max(0, ...depths)
}

/** Makes the pieces of a function's code. */
class Emitter {
    private readonly f: Func
    private readonly numbering: Numbering
    private readonly pieces: Piece[] = []
    private last: Place | undefined

    constructor(f: Func, numbering: Numbering) {
        this.f = f
        this.numbering = numbering
    }

    emitBlocks(): Piece[] {
        const { blocks } = this.f
        blocks.forEach((block, i) => {
            this.pieces.push({ begin: block })
            for (const statement of block.statements) this.emit(statement)
            this.emitEnd(block, blocks[i + 1])
        })
        return this.pieces
    }

    private emit(e: Expression): void {
        for (const arg of e.args) this.emit(arg)
        if (!isConstant(e) && e.op !== Op.load_local) this.mark(e.place)
        const { op, number } = this.operand(e)
        if (op === Op.literal && isDirect(number)) this.pushDirect(number)
        else {
            this.pieces.push(op)
            if (opInfo[op]!.number) this.pieces.push(...encodeNumber(number))
        }
    }

    private pushDirect(number: number): void {
        this.pieces.push(number + DIRECT_CONST + DIRECT_CONST_OFFSET)
    }

    private mark(place: Place): void {
        if (place !== this.last) this.pieces.push({ place })
        this.last = place
    }

    private operand(e: Expression): { op: number; number: number } {
        const { f } = this
        const { op, number } = e
        if (op === Op.load_local || op === Op.store_local)
            return { op, number: slotOf(f, number) }
        if (op === Op.load_closure || op === Op.store_closure)
            return { op, number: slotOf(closureFrame(f, e), number) }
        return this.numbering.encode(e)
    }

    private jump(op: number, to: Block): void {
        this.pieces.push({ op, to, size: 2 })
    }

    private emitEnd({ end }: Block, next: Block | undefined): void {
        const go = (to: Block) => {
            if (to !== next) this.jump(Op.jmp, to)
        }
        switch (end.kind) {
            case "jump":
                return go(end.to)
            case "branch":
                if (end.no === next && end.yes !== next) {
                    this.emit(negate(end.condition))
                    return this.jump(Op.jmp_z, end.yes)
                }
                this.emit(end.condition)
                this.jump(Op.jmp_z, end.no)
                return go(end.yes)
            case "nullish":
                this.jump(Op.jmp_ret_val_z, end.nullish)
                return go(end.other)
            case "try":
                this.jump(Op.try, end.handler)
                return go(end.body)
            case "endTry":
                return this.jump(Op.end_try, end.to)
            case "throwJump":
                this.pushDirect(end.level)
                return this.jump(Op.throw_jmp, end.to)
            case "return":
                this.emit(end.value)
                this.pieces.push(Op.return)
                return
            case "throw":
                this.emit(end.value)
                this.mark(end.place)
                this.pieces.push(Op.throw)
                return
            case "rethrow":
                this.emit(end.value)
                this.pieces.push(Op.re_throw)
                go(end.next)
        }
    }
}

/** The slot of a variable. */
export function slotOf(f: Func, variable: number): number {
    return f.slots ? f.slots[variable]! : variable
}

function usedSlots(f: Func): number[] {
    return f.variables.map((_, i) => slotOf(f, i))
}

/** The opposite of a condition, in no more bytes than needed. */
export function negate(condition: Expression): Expression {
    const opposite = OPPOSITES.get(condition.op)
    if (opposite !== undefined) return { ...condition, op: opposite }
    if (condition.op === Op.not) return condition.args[0]!
    return {
        op: Op.not,
        number: 0,
        args: [condition],
        place: condition.place,
    }
}

const OPPOSITES = new Map<number, number>([
    [Op.eq, Op.ne],
    [Op.ne, Op.eq],
    [Op.approx_eq, Op.approx_ne],
    [Op.approx_ne, Op.approx_eq],
    [Op.true, Op.false],
    [Op.false, Op.true],
])

/** Gives each jump the least size that reaches, and lays all down. */
function assemble(pieces: Piece[]): Pick<EncodedFunction, "code" | "places"> {
    const starts = new Map<Block, number>()
    let grown = true
    while (grown) {
        let at = 0
        for (const piece of pieces)
            if (typeof piece === "number") at++
            else if ("to" in piece) at += piece.size
            else if ("begin" in piece) starts.set(piece.begin, at)
        grown = false
        at = 0
        for (const piece of pieces) {
            if (typeof piece === "number") at++
            if (typeof piece === "number" || !("to" in piece)) continue
            const size = 1 + encodeNumber(starts.get(piece.to)! - at).length
            at += piece.size
            // only ever longer, or it might never end
            if (size > piece.size) {
                piece.size = size
                grown = true
            }
        }
    }
    const code: number[] = []
    const places: EncodedFunction["places"] = []
    for (const piece of pieces) {
        if (typeof piece === "number") code.push(piece)
        else if ("to" in piece) {
            const offset = starts.get(piece.to)! - code.length
            code.push(piece.op, ...encodeNumber(offset, piece.size - 1))
        } else if ("place" in piece)
            places.push({ at: code.length, place: piece.place })
    }
    while (code.length % 4 !== 0) code.push(0)
    return { code: Uint8Array.from(code), places }
}

/** True for a number that has an opcode. */
export function isDirect(number: number): boolean {
    return (
        number >= -DIRECT_CONST_OFFSET &&
        number <= 0xff - DIRECT_CONST - DIRECT_CONST_OFFSET
    )
}

/**
 * The bytes of an operand.
 * @param size the least number of bytes, for a jump whose target has come closer
 */
export function encodeNumber(number: number, size = 1): number[] {
    if (number >= 0 && number < FIRST_MULTIBYTE_INT && size === 1)
        return [number]
    // -2^31 has no positive twin, but the same bits
    const value = (number < 0 ? -number : number) >>> 0
    const bytes: number[] = []
    for (let rest = value; rest > 0 || bytes.length < size - 1; rest >>>= 8)
        bytes.unshift(rest & 0xff)
    if (bytes.length === 0) bytes.push(0)
    const sign = number < 0 ? 4 : 0
    return [FIRST_MULTIBYTE_INT | sign | (bytes.length - 1), ...bytes]
}
