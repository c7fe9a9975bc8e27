// Puts blocks into the order that needs the fewest bytes of jumps, and lets equal returns be one
// block. A jump forward takes two bytes, one back three, and none is needed to what lies right behind.
//
// Precondition: none; a block's end says where it goes, whatever lies behind it. A return is shared
// only with those of its own region, and if it cannot fail, as then nobody asks for its line.
import { negate } from "../encode.ts"
import { followFlow, namedBlocks, redirect, sameBlocks } from "../flow.ts"
import { Op } from "../format.ts"
import {
    type Block,
    type Expression,
    type Func,
    isConstant,
    sameExpression,
} from "../program.ts"
import { blockBytes, expressionBytes } from "../size.ts"

/** Orders the blocks of a function. */
export function orderBlocks(f: Func): void {
    const best = new Layout(f.blocks, new Map())
    const shared = sharedReturns(f)
    const other = shared.size > 0 ? new Layout(f.blocks, shared) : best
    f.blocks = (other.bytes < best.bytes ? other : best).lay()
}

/** Where equal returns may be one block: for each block that ends with one, the block that is it. */
function sharedReturns(f: Func): Map<Block, Block> {
    const { regions } = followFlow(f)
    const groups: Block[][] = []
    for (const block of f.blocks) {
        const value = sharedValue(block)
        if (!value) continue
        const group = groups.find(
            ([other]) =>
                sameExpression(value, sharedValue(other!)!) &&
                sameBlocks(regions.get(block)!, regions.get(other!)!)
        )
        if (group) group.push(block)
        else groups.push([block])
    }
    const shared = new Map<Block, Block>()
    for (const group of groups) {
        const one = group.find(isEmpty)
        if (!one) continue
        for (const block of group) if (block !== one) shared.set(block, one)
    }
    return shared
}

/** The value that a block returns, if nothing can fail there. */
function sharedValue({ end }: Block): Expression | undefined {
    if (end.kind !== "return") return undefined
    const { value } = end
    const { op } = value
    const safe = isConstant(value) || op === Op.load_local || op === Op.ret_val
    return safe ? value : undefined
}

function isEmpty({ statements }: Block): boolean {
    return statements.length === 0
}

const FORWARD_BYTES = 2
const BACK_BYTES = 3
/** From this distance on a jump takes two bytes more forward, one more back. */
const FAR = 250
/** What `not` before a jump is worth: a byte, and a step of the VM that weighs as much. */
const EXCHANGE_BYTES = 2
/** Most blocks that are moved together. */
const MAX_CHAIN = 24

/** A block that is to be placed; other blocks are numbers. */
interface Node {
    block: Block
    /** About how many bytes it takes. */
    size: number
    /** Where it jumps to, wherever that lies. */
    jumps: number[]
    /** Where it goes on, the way of a true condition first: a jump, unless that lies right behind. */
    ways: number[]
    /** What it costs to exchange two ways. */
    exchange: number
    /** Bytes of a return, which may stay where it is shared; 0 for what is none. */
    returns: number
    /** Blocks that name this one. */
    from: number[]
}

/** The order in which jumps and returns of some blocks take the fewest bytes that are found. */
class Layout {
    /** About how many bytes they take. */
    bytes = Infinity
    private order: number[] = []
    private readonly nodes: Node[]
    private readonly shared: Map<Block, Block>
    /** Where the blocks of the order that was last looked at start. */
    private readonly starts: number[] = []

    /** @param shared for blocks that end with a return, the block that may be it */
    constructor(blocks: Block[], shared: Map<Block, Block>) {
        this.shared = shared
        const kept = blocks.filter(block => this.kept(block) === block)
        const numbers = new Map(kept.map((block, i) => [block, i]))
        const numberOf = (block: Block) => numbers.get(this.kept(block))!
        this.nodes = kept.map(block => makeNode(block, numberOf))
        for (const node of this.nodes) {
            const one = shared.get(node.block)
            if (one) node.ways = [numberOf(one)]
        }
        for (const [i, node] of this.nodes.entries())
            for (const to of named(node)) this.nodes[to]!.from.push(i)
        this.take([...this.nodes.keys()])
        this.take(this.followChains())
        this.take(this.followEnds())
        while (this.moveAny());
    }

    /** Puts the blocks in order. */
    lay(): Block[] {
        this.jumpBytes(this.order)
        this.order.forEach((i, k) => {
            const { block, size, ways, returns } = this.nodes[i]!
            for (const to of namedBlocks(block))
                redirect(block, to, this.kept(to))
            const [to] = ways
            if (returns === 0 || to === undefined) return
            const jump =
                to === this.order[k + 1]
                    ? 0
                    : this.distanceBytes(this.starts[i]! + size, to)
            const { place } = block.end
            if (jump < returns)
                block.end = { kind: "jump", to: this.nodes[to]!.block, place }
        })
        return this.order.map(i => this.nodes[i]!.block)
    }

    /** The block itself, or the shared one if it is nothing but a return. */
    private kept(block: Block): Block {
        return (isEmpty(block) && this.shared.get(block)) || block
    }

    /** Takes an order if it is better than the one before. */
    private take(order: number[]): boolean {
        const bytes = this.jumpBytes(order)
        if (bytes >= this.bytes) return false
        this.bytes = bytes
        this.order = order
        return true
    }

    /** Each block is followed by one that it goes on to, if that has no place yet. */
    private followChains(): number[] {
        const order = new Set<number>()
        for (const start of this.nodes.keys()) {
            let i: number | undefined = start
            while (i !== undefined && !order.has(i)) {
                order.add(i)
                i = this.nodes[i]!.ways.find(to => !order.has(to))
            }
        }
        return [...order]
    }

    /** Each block comes after all that lead to it, but for loops. */
    private followEnds(): number[] {
        const seen = new Set<number>()
        const order: number[] = []
        const visit = (i: number) => {
            if (seen.has(i)) return
            seen.add(i)
            const { jumps, ways } = this.nodes[i]!
            for (const to of jumps) visit(to)
            for (const to of [...ways].reverse()) visit(to)
            order.push(i)
        }
        visit(0)
        return order.reverse()
    }

    /** Moves blocks to a better place; false when there is none. */
    private moveAny(): boolean {
        let moved = false
        for (let first = 1; first < this.nodes.length; first++)
            while (this.moveChain(first)) moved = true
        return moved
    }

    /** Moves a block, or one and those behind it up to one that does not go on to the next. */
    private moveChain(first: number): boolean {
        const { order, nodes } = this
        const at = order.indexOf(first)
        const last = Math.min(at + MAX_CHAIN, order.length)
        for (let end = at + 1; end <= last; end++) {
            const { ways } = nodes[order[end - 1]!]!
            if (!ways.includes(order[end]!) && this.move(at, end)) return true
        }
        return false
    }

    /** Moves the blocks from `at` up to `end` to where one leads to them, or they lead to another. */
    private move(at: number, end: number): boolean {
        const { order, nodes } = this
        const chain = order.slice(at, end)
        const rest = [...order.slice(0, at), ...order.slice(end)]
        const places = new Set<number>()
        for (const from of nodes[chain[0]!]!.from)
            places.add(rest.indexOf(from) + 1)
        for (const to of named(nodes[chain.at(-1)!]!))
            places.add(rest.indexOf(to))
        places.add(rest.length)
        for (const place of places)
            if (
                place > 0 &&
                this.take([
                    ...rest.slice(0, place),
                    ...chain,
                    ...rest.slice(place),
                ])
            )
                return true
        return false
    }

    /** About how many bytes jumps and returns take in an order. */
    private jumpBytes(order: number[]): number {
        let end = 0
        for (const i of order) {
            this.starts[i] = end
            end += this.nodes[i]!.size
        }
        let bytes = 0
        for (const [k, i] of order.entries())
            bytes += this.endBytes(
                this.nodes[i]!,
                this.starts[i]!,
                order[k + 1]
            )
        return bytes
    }

    /** Bytes of a block's jumps or return. @param next the block behind it */
    private endBytes(node: Node, start: number, next?: number): number {
        const from = start + node.size
        let bytes = 0
        for (const to of node.jumps) bytes += this.distanceBytes(from, to)
        const [way, other] = node.ways
        if (way === undefined) return bytes + node.returns
        if (other !== undefined) {
            if (other === next && way !== next)
                return bytes + node.exchange + this.distanceBytes(from, way)
            bytes += this.distanceBytes(from, other)
        }
        if (way === next) return bytes
        const jump = this.distanceBytes(from, way)
        return bytes + (node.returns ? Math.min(jump, node.returns) : jump)
    }

    /** Bytes of a jump. */
    private distanceBytes(from: number, to: number): number {
        const distance = this.starts[to]! - from
        return distance >= 0
            ? FORWARD_BYTES + (distance > FAR ? 2 : 0)
            : BACK_BYTES + (distance < -FAR ? 1 : 0)
    }
}

function makeNode(block: Block, numberOf: (block: Block) => number): Node {
    const node: Node = {
        block,
        size: blockBytes(block),
        jumps: [],
        ways: [],
        exchange: 0,
        returns: 0,
        from: [],
    }
    const { end } = block
    if (end.kind === "branch") {
        node.ways = [numberOf(end.yes), numberOf(end.no)]
        if (negate(end.condition).op === Op.not) node.exchange = EXCHANGE_BYTES
    } else if (end.kind === "nullish") {
        node.jumps = [numberOf(end.nullish)]
        node.ways = [numberOf(end.other)]
    } else if (end.kind === "try") {
        node.jumps = [numberOf(end.handler)]
        node.ways = [numberOf(end.body)]
    } else if (end.kind === "return")
        node.returns = 1 + expressionBytes(end.value)
    else if (end.kind === "endTry" || end.kind === "throwJump")
        node.jumps = [numberOf(end.to)]
    else node.ways = namedBlocks(block).map(numberOf)
    return node
}

function named({ jumps, ways }: Node): number[] {
    return [...jumps, ...ways]
}
