// Calls by name whose receiver has a type: a method that only one class has is then known to be
// called on any receiver, and not only on `this`. And methods that are linked although nobody
// calls them: the compiler links a method when its name is used, for whatever object.
//
// A type does not tell that a receiver is there, so a call is only marked for a method that fails
// without its object, as the call would have failed.
import { type DebugInfo, placeFinder, sourceFinder } from "./debug.ts"
import { decodeProgram } from "./decode.ts"
import { isPure } from "./effects.ts"
import { isShortCall, Op } from "./format.ts"
import { type RawImage, readImage } from "./image.ts"
import { fieldName, findMethods, installed, nameText } from "./methods.ts"
import {
    type Expression,
    type Func,
    type Place,
    type Program,
    roots,
    walk,
    walkFunction,
} from "./program.ts"
import type { Declaration, NameUse, Types } from "./types.ts"

/** Marks each call of a method that TypeScript knows, as the `callee` of what is called. */
export function markTypedCalls(
    program: Program,
    raw: RawImage,
    debug: DebugInfo,
    types: Types
): void {
    const methods = findMethods(program, raw)
    const sources = new Sources(debug)
    const found: { target: Expression; id: number; use: NameUse }[] = []
    for (const f of program.functions)
        for (const { statements } of f.blocks)
            for (const { op, args } of statements) {
                const target = args[0]!
                const name = isShortCall(op) ? fieldName(target) : undefined
                const method =
                    name === undefined ? undefined : methods.get(name)
                if (!method || !failsWithoutThis(method.f)) continue
                const use = sources.use(target.place, nameText(raw, name!))
                if (use) found.push({ target, id: method.f.id, use })
            }
    const declarations = types.findDeclarations(found.map(({ use }) => use))
    for (const [i, { target, id }] of found.entries())
        if (declarations[i]?.every(declared => sources.declares(id, declared)))
            target.callee = id
}

/** True for a method that reads a field of `this` before it does anything that can be seen. */
export function failsWithoutThis(f: Func): boolean {
    for (const root of roots(f.blocks[0]!)) {
        let fails: boolean | undefined
        walk(root, e => {
            if (fails !== undefined) return
            const isField =
                e.op === Op.builtin_field || fieldName(e) !== undefined
            const object = e.args[0]
            if (isField && object!.op === Op.load_local && object!.number === 0)
                fails = true
            else if (!isPure(f, e)) fails = false
        })
        if (fails !== undefined) return fails
    }
    return false
}

/** A method that is part of an image. */
export interface LinkedMethod {
    name: string
    /** The name of its class. */
    owner: string
    path: string
}

/**
 * Finds methods that are linked, but that no code names: their name is used, for an object of
 * another class. What is not known, as a call through an interface, counts as a use.
 */
export function findUncalled(
    image: Uint8Array,
    debug: DebugInfo,
    types: Types
): LinkedMethod[] {
    const raw = readImage(image)
    const program = decodeProgram(raw, placeFinder(debug), () => [])
    const sources = new Sources(debug)
    const methods: { name: number; id: number; owner: number }[] = []
    for (const f of program.functions)
        for (const block of f.blocks)
            for (const root of roots(block)) {
                const method = installed(root)
                if (method) methods.push(method)
            }
    const names = new Set(methods.map(({ name }) => name))
    const uses: { name: number; use: NameUse | undefined }[] = []
    for (const f of program.functions)
        walkFunction(f, e => {
            const name = fieldName(e)
            if (name === undefined || !names.has(name)) return
            uses.push({ name, use: sources.use(e.place, nameText(raw, name)) })
        })
    const known = uses.filter(({ use }) => use)
    const declarations = types.findDeclarations(known.map(({ use }) => use!))
    const meant = new Map(known.map((use, i) => [use, declarations[i]]))
    const isCalled = ({ name, id, owner }: (typeof methods)[number]) =>
        uses.some(use => {
            if (use.name !== name) return false
            const all = meant.get(use)
            return !all?.every(
                declared =>
                    declared.isData ||
                    sources.isForeign(owner, declared, types) ||
                    methods.some(
                        other =>
                            other.id !== id &&
                            sources.declares(other.id, declared)
                    )
            )
        })
    return methods
        .filter(method => !isCalled(method))
        .map(({ name, id, owner }) => ({
            name: nameText(raw, name),
            owner: debug.functions[owner]!.name,
            path: sources.pathOf(id),
        }))
}

/** Positions of the debug information as places in the source files. */
class Sources {
    private readonly debug: DebugInfo
    private readonly find: ReturnType<typeof sourceFinder>

    constructor(debug: DebugInfo) {
        this.debug = debug
        this.find = sourceFinder(debug)
    }

    /** The uses of a name in the statement at a place; undefined for code of no source. */
    use({ position, length }: Place, name: string): NameUse | undefined {
        const source = this.find(position)
        if (!source || length === 0) return undefined
        const start = position - source.start
        return { path: source.path, start, end: start + length, name }
    }

    /** True when a function is what is declared there. */
    declares(id: number, { path, end }: Declaration): boolean {
        const [position, length] = this.debug.functions[id]!.location ?? [0, 0]
        const source = this.find(position)
        return (
            source !== undefined &&
            end === position + length - source.start &&
            source.path === path
        )
    }

    /** True for a part of an interface that a class does not say it implements. */
    isForeign(owner: number, declared: Declaration, types: Types): boolean {
        const { location } = this.debug.functions[owner]!
        const source = location && this.find(location[0])
        if (declared.interface === undefined || !source) return false
        const head = types.headAt(source.path, location[0] - source.start)
        return !head.split(/\W+/).includes(declared.interface)
    }

    pathOf(id: number): string {
        const { location } = this.debug.functions[id]!
        return (location && this.find(location[0])?.path) ?? ""
    }
}
