// Straightens the ways through a function: blocks that nothing leads to go, a jump to a jump goes
// to its end, blocks that only follow on each other become one, a return is copied over a jump
// to it, and a condition that is known on one way, or on all ways, is not tested again there.
//
// Precondition: none. A handler keeps its block, as it must begin with `catch` or `finally`.
import { isPure } from "../effects.ts"
import {
    type Flow,
    followFlow,
    isHandler,
    namedBlocks,
    redirect,
} from "../flow.ts"
import { Op } from "../format.ts"
import {
    type Block,
    clone,
    count,
    type Expression,
    type Func,
    isConstant,
    type Program,
    sameExpression,
} from "../program.ts"

/** Returns true when it changed something. */
export function straighten(program: Program, f: Func): boolean {
    const changes: [string, (block: Block) => boolean][] = [
        ["decided branch", block => decideBranch(f, block)],
        ["jump to a jump", skipEmptyBlocks],
        ["copied return", copyReturn],
        ["known condition", block => threadCondition(f, block)],
        ["copied condition", block => copyCondition(f, block)],
    ]
    let changed = false
    for (let again = true; again;) {
        again = removeUnreached(f)
        for (const block of f.blocks)
            for (const [name, change] of changes)
                if (change(block)) {
                    count(program, name)
                    again = true
                }
        if (removeUnreached(f)) again = true
        if (mergeBlocks(f)) again = true
        if (!again && decideKnown(program, f)) again = true
        changed ||= again
    }
    return changed
}

function removeUnreached(f: Func): boolean {
    const reached = new Set(followFlow(f).order)
    if (reached.size === f.blocks.length) return false
    f.blocks = f.blocks.filter(block => reached.has(block))
    return true
}

function decideBranch(f: Func, block: Block): boolean {
    const { end } = block
    if (end.kind !== "branch") return false
    const decided = truthOf(end.condition)
    const same = end.yes === end.no && isPure(f, end.condition)
    if (decided === undefined && !same) return false
    const to = decided === false ? end.no : end.yes
    block.end = { kind: "jump", to, place: end.place }
    return true
}

/** What a constant is as a condition; undefined for what is no constant. */
export function truthOf({ op, number }: Expression): boolean | undefined {
    if (op === Op.literal) return number !== 0
    if (op === Op.true) return true
    if (op === Op.false || op === Op.undefined || op === Op.null) return false
    if (op === Op.static_builtin_string) return number !== EMPTY_STRING
    return TRUE_OBJECTS.has(op) ? true : undefined
}

/** The VM's number of the text "". */
const EMPTY_STRING = 0

/** Opcodes of values that are true whatever they are; no text of a program's own is empty. */
const TRUE_OBJECTS: ReadonlySet<number> = new Set([
    Op.static_ascii_string,
    Op.static_utf8_string,
    Op.static_buffer,
    Op.static_function,
])

function skipEmptyBlocks(block: Block): boolean {
    let changed = false
    for (const to of namedBlocks(block)) {
        const { end } = to
        if (to.statements.length > 0 || end.kind !== "jump") continue
        if (to === block || end.to === to) continue
        redirect(block, to, end.to)
        changed = true
    }
    return changed
}

function copyReturn(block: Block): boolean {
    const { end } = block
    if (end.kind !== "jump" || end.to.statements.length > 0) return false
    const { end: last } = end.to
    if (last.kind !== "return") return false
    const { value } = last
    const short =
        isConstant(value) ||
        value.op === Op.load_local ||
        value.op === Op.ret_val
    if (short) block.end = { ...last, value: clone(value) }
    return short
}

/** The variable that a block does nothing but test. */
function testedVariable(f: Func, { statements, end }: Block) {
    if (statements.length > 0 || end.kind !== "branch") return undefined
    const { op, number } = end.condition
    if (op !== Op.load_local || f.variables[number]!.captured) return undefined
    return { variable: number, end }
}

/** A way on which a test has gone one way leads past a second test of the same. */
function threadCondition(f: Func, block: Block): boolean {
    const { end } = block
    if (end.kind === "jump") return threadConstant(f, block)
    if (end.kind !== "branch") return false
    const follow = (to: Block, truth: boolean): Block => {
        const next = testedVariable(f, to)
        if (!next || to === block) return to
        if (!sameExpression(end.condition, next.end.condition)) return to
        return truth ? next.end.yes : next.end.no
    }
    const yes = follow(end.yes, true)
    const no = follow(end.no, false)
    if (yes === end.yes && no === end.no) return false
    end.yes = yes
    end.no = no
    return true
}

/** The test of a variable to which a block jumps, right after it has stored that variable. */
function testOfStored(f: Func, { statements, end }: Block) {
    if (end.kind !== "jump") return undefined
    const next = testedVariable(f, end.to)
    const last = statements.at(-1)
    if (!next || last?.op !== Op.store_local) return undefined
    if (last.number !== next.variable) return undefined
    return { stored: last.args[0]!, test: next.end }
}

/** A test of a variable that goes one way whatever way led to it is none. */
function decideKnown(program: Program, f: Func): boolean {
    const flow = followFlow(f)
    let changed = false
    for (const block of flow.order) {
        const { end } = block
        if (end.kind !== "branch" || end.yes === end.no) continue
        const { op, number } = end.condition
        if (op !== Op.load_local || f.variables[number]!.captured) continue
        const truth = truthAtEnd(f, flow, block, number, new Set())
        if (typeof truth !== "boolean") continue
        const to = truth ? end.yes : end.no
        block.end = { kind: "jump", to, place: end.place }
        count(program, "condition known on all ways")
        changed = true
    }
    return changed
}

/** What is known of a variable as a condition: nothing yet, or that it may be either. */
type Truth = boolean | "unseen" | "either"

/** @param seen blocks whose ways have been counted, or are being counted */
function truthAtEnd(
    f: Func,
    flow: Flow,
    block: Block,
    variable: number,
    seen: Set<Block>
): Truth {
    const written = block.statements.findLast(
        ({ op, number }) => op === Op.store_local && number === variable
    )
    if (written) return truthOf(written.args[0]!) ?? "either"
    if (seen.has(block)) return "unseen"
    seen.add(block)
    // faults and jumps out of regions are not among the ways of a flow
    if (block === f.blocks[0] || isHandler(block)) return "either"
    if (flow.jumpTargets.includes(block)) return "either"
    let truth: Truth = "unseen"
    for (const before of flow.before.get(block)!) {
        const { end } = before
        const tested =
            end.kind === "branch" &&
            end.yes !== end.no &&
            end.condition.op === Op.load_local &&
            end.condition.number === variable
        const way = tested
            ? end.yes === block
            : truthAtEnd(f, flow, before, variable, seen)
        if (way === "unseen") continue
        if (way === "either" || (truth !== "unseen" && way !== truth))
            return "either"
        truth = way
    }
    return truth
}

/** A constant that is stored just before its test decides it. */
function threadConstant(f: Func, block: Block): boolean {
    const { end } = block
    const found = testOfStored(f, block)
    const truth = found && truthOf(found.stored)
    if (end.kind !== "jump" || !found || truth === undefined) return false
    end.to = truth ? found.test.yes : found.test.no
    return true
}

/** A test of what has just been stored is copied to where it is stored. */
function copyCondition(f: Func, block: Block): boolean {
    const found = testOfStored(f, block)
    if (!found) return false
    block.end = { ...found.test, condition: clone(found.test.condition) }
    return true
}

function mergeBlocks(f: Func): boolean {
    const leading = new Map<Block, number>([[f.blocks[0]!, 1]])
    for (const block of f.blocks)
        for (const to of namedBlocks(block))
            leading.set(to, (leading.get(to) ?? 0) + 1)
    const merged = new Set<Block>()
    for (const block of f.blocks) {
        if (merged.has(block)) continue
        for (;;) {
            const { end } = block
            if (end.kind !== "jump" || end.to === block) break
            const { to } = end
            if (leading.get(to) !== 1 || isHandler(to)) break
            block.statements.push(...to.statements)
            block.end = to.end
            merged.add(to)
        }
    }
    f.blocks = f.blocks.filter(block => !merged.has(block))
    return merged.size > 0
}
