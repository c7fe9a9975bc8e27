// Calls by name whose receiver has a type: a method that only one class has is then known to be
// called on any receiver, and not only on `this`. And methods that are linked although nobody
// calls them: the compiler links a method when its name is used, for whatever object. Where all
// that has the name is data, such a method is taken out.
//
// A type does not tell that a receiver is there, so a call is only marked for a method that fails
// without its object, as the call would have failed.
import { type DebugInfo, placeFinder, sourceFinder } from "./debug.ts"
import { decodeProgram } from "./decode.ts"
import { Faults } from "./faults.ts"
import { Op } from "./format.ts"
import { type RawImage, readImage } from "./image.ts"
import {
    fieldName,
    findMethods,
    installed,
    nameText,
    textIndex,
} from "./methods.ts"
import {
    type Expression,
    type Place,
    type Program,
    roots,
    walk,
    walkFunction,
} from "./program.ts"
import type { ClassPlace, Declaration, NameUse, Types } from "./types.ts"

/**
 * Marks each call of a method that TypeScript knows, as the `callee` of what is called, and takes
 * out methods whose name is used for fields that hold data only.
 */
export function useTypes(
    program: Program,
    raw: RawImage,
    debug: DebugInfo,
    types: Types
): void {
    const methods = findMethods(program, raw)
    const sources = new Sources(debug)
    const faults = new Faults(program)
    const uses = findUses(program, raw, sources, installedNames(program))
    const declarations = types.findDeclarations(
        uses.flatMap(({ use }) => use ?? [])
    )
    let next = 0
    const called = new Set<number>(namesAsText(program))
    for (const { field, name, use } of uses) {
        const declared = use && declarations[next++]
        if (!declared?.every(({ isData }) => isData)) called.add(name)
        const method = methods.get(name)
        if (!method || !declared || !faults.withoutThis(method.f)) continue
        const { id } = method.f
        if (declared.every(one => one.mustHave || sources.declares(id, one)))
            field.callee = id
    }
    for (const { blocks } of program.functions)
        for (const block of blocks)
            block.statements = block.statements.filter(statement => {
                const name = installedName(statement)
                return name === undefined || called.has(name)
            })
}

/** The name under which a statement installs a method, on a class or on an object of the VM's. */
function installedName(statement: Expression): number | undefined {
    const method = installed(statement)
    if (method) return method.name
    if (statement.op !== Op.index_set) return undefined
    const [object, key, value] = statement.args
    return object!.op === Op.builtin_object && value!.op === Op.static_function
        ? textIndex(key!)
        : undefined
}

function installedNames(program: Program): Set<number> {
    const names = new Set<number>()
    for (const f of program.functions)
        for (const { statements } of f.blocks)
            for (const statement of statements) {
                const name = installedName(statement)
                if (name !== undefined) names.add(name)
            }
    return names
}

/** A read of a field, and what the sources say there; undefined for code of no source. */
interface FieldUse {
    field: Expression
    name: number
    use: NameUse | undefined
}

/** All reads of fields of some names. */
function findUses(
    program: Program,
    raw: RawImage,
    sources: Sources,
    names: ReadonlySet<number>
): FieldUse[] {
    const uses: FieldUse[] = []
    for (const f of program.functions)
        walkFunction(f, field => {
            const name = fieldName(field)
            if (name === undefined || !names.has(name)) return
            const use = sources.use(field.place, nameText(raw, name))
            uses.push({ field, name, use })
        })
    return uses
}

/** Names that are texts of the program otherwise than as the key under which something is stored. */
function namesAsText(program: Program): Set<number> {
    const names = new Set<number>()
    for (const f of program.functions)
        for (const block of f.blocks)
            for (const root of roots(block))
                walk(root, e => {
                    const isKey = root.op === Op.index_set && e === root.args[1]
                    const name = isKey ? undefined : textIndex(e)
                    if (name !== undefined) names.add(name)
                })
    return names
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
    const methods: LinkedFunction[] = []
    for (const f of program.functions)
        for (const block of f.blocks)
            for (const root of roots(block)) {
                const method = installed(root)
                if (method) methods.push(method)
            }
    const uses = findUses(
        program,
        raw,
        sources,
        new Set(methods.map(({ name }) => name))
    )
    const known = uses.filter(({ use }) => use)
    const declarations = types.findDeclarations(known.map(({ use }) => use!))
    const meant = new Map(known.map((use, i) => [use, declarations[i]]))
    const meantBy = ({ name }: LinkedFunction) =>
        uses.filter(use => use.name === name).map(use => meant.get(use))
    const isOther = ({ id }: LinkedFunction, declared: Declaration) =>
        methods.some(
            other => other.id !== id && sources.declares(other.id, declared)
        )
    const unnamed = methods.filter(
        method =>
            !sources.isDerived(method.owner, types) &&
            meantBy(method).every(declared =>
                declared?.every(
                    one => one.isData || one.inInterface || isOther(method, one)
                )
            )
    )
    // a part of an interface means a method if an object of its class can be what is read
    const pairs = unnamed.flatMap(method =>
        meantBy(method).flatMap(declared =>
            declared!
                .filter(({ isData, inInterface }) => !isData && inInterface)
                .map(one => ({ method, one }))
        )
    )
    const fits = types.canBe(
        pairs.map(({ method, one }) => [sources.placeOf(method.owner), one])
    )
    const called = new Set(
        pairs.filter((_, i) => fits[i]).map(({ method }) => method)
    )
    return unnamed
        .filter(method => !called.has(method))
        .map(({ name, id, owner }) => ({
            name: nameText(raw, name),
            owner: debug.functions[owner]!.name,
            path: sources.placeOf(id).path,
        }))
}

/** A method: the number of its name, the indices of its function and of its class. */
interface LinkedFunction {
    name: number
    id: number
    owner: number
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

    /** True for a class that may have methods in place of another one's. */
    isDerived(owner: number, types: Types): boolean {
        return this.head(owner, types).includes("extends")
    }

    /** The words that a class begins with, up to its body. */
    private head(owner: number, types: Types): string[] {
        const { location } = this.debug.functions[owner]!
        const source = location && this.find(location[0])
        if (!source) return []
        return types
            .headAt(source.path, location[0] - source.start)
            .split(/\W+/)
    }

    /** Where a function or a class begins. */
    placeOf(id: number): ClassPlace {
        const [position] = this.debug.functions[id]!.location ?? [0]
        const source = this.find(position)
        return source
            ? { path: source.path, start: position - source.start }
            : { path: "", start: 0 }
    }
}
