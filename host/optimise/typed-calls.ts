// Calls by name whose receiver has a type. A method that only one class has is then known to be
// called on any receiver, and not only on `this`. Where several classes have methods of one name, a
// read means that of the only class whose objects fit the type it is read of, and a method whose
// every read is known may be called plainly. And methods that are linked although nobody
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
    isBuiltin,
    isPrototype,
    keyIndex,
    type Method,
    nameText,
} from "./methods.ts"
import {
    type Expression,
    type Func,
    isConstant,
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
    const marking = new Marking(program, raw, debug, types)
    const called = new Set(namesAsText(program))
    for (const { name, declared } of marking.uses)
        if (!declared?.every(({ isData }) => isData)) called.add(name)
    marking.run()
    for (const { blocks } of program.functions)
        for (const block of blocks)
            block.statements = block.statements.filter(statement => {
                const name = installedName(statement)
                return name === undefined || isBuiltin(name) || called.has(name)
            })
}

/** Finds out what each read of a method's name means. */
class Marking {
    readonly uses: readonly DeclaredUse[]
    private readonly program: Program
    private readonly methods: Map<number, Method>
    private readonly byName = new Map<number, Method[]>()
    private readonly textOf: (name: number) => string
    private readonly sources: Sources
    private readonly faults: Faults
    private readonly fits: Fits
    /** Names under which something may be stored that is no method, but a function. */
    private readonly stored: ReadonlySet<number>
    /** Methods that may be read where nobody knows it, by id. */
    private readonly unknown = new Set<number>()

    constructor(
        program: Program,
        raw: RawImage,
        debug: DebugInfo,
        types: Types
    ) {
        this.program = program
        this.methods = findMethods(program, raw)
        for (const method of this.methods.values()) {
            const { name } = method
            this.byName.set(name, [...(this.byName.get(name) ?? []), method])
        }
        this.sources = new Sources(debug)
        this.faults = new Faults(program)
        this.textOf = name =>
            isBuiltin(name)
                ? // the VM's own names are in no table of the image
                  debug.functions[this.byName.get(name)![0]!.f.id]!.name
                : nameText(raw, name)
        const uses = findUses(program, this.textOf, this.sources, [
            ...installedNames(program),
            ...this.byName.keys(),
        ])
        const stores = findStores(
            program,
            this.textOf,
            this.sources,
            this.byName
        )
        const declarations = types.findDeclarations(
            [...uses, ...stores].flatMap(({ use }) => use ?? [])
        )
        let next = 0
        this.uses = uses.map(use => ({
            ...use,
            declared: use.use && declarations[next++],
        }))
        this.stored = new Set(
            stores
                .filter(({ use }) => !(use && declarations[next++]))
                .map(({ name }) => name)
        )
        this.fits = new Fits(program, this.sources, types)
        for (const { name, declared } of this.uses)
            for (const { owner, isAlone } of this.byName.get(name) ?? [])
                if (!isAlone) this.fits.ask(owner, declared ?? [])
    }

    run(): void {
        this.fits.answer()
        for (const use of this.uses) this.mark(use)
        const texts = new Set(namesAsText(this.program))
        for (const { name, f } of this.methods.values()) {
            // the VM calls methods of some names, as `_onPacket`, by itself
            const isNative = isBuiltin(name) && this.textOf(name)[0] === "_"
            if (isNative) continue
            if (!texts.has(name) && !this.unknown.has(f.id))
                this.program.marked.add(f.id)
        }
    }

    private mark({ f, field, name, declared }: DeclaredUse): void {
        const named = this.byName.get(name) ?? []
        if (!declared || isPrototype(field.args[0]!)) {
            for (const method of named) this.unknown.add(method.f.id)
            return
        }
        const meant = named.filter(
            ({ isAlone, owner }) =>
                isAlone || declared.some(one => this.fits.canBe(owner, one))
        )
        const [method] = meant
        if (!method) return
        const { id } = method.f
        const isSure =
            // nor may it be a stand-in, cast to the type, that has a part of this name
            (method.isAlone || !this.stored.has(name)) &&
            declared.every(
                one =>
                    this.sources.declares(id, one) ||
                    (method.isAlone
                        ? one.mustHave
                        : one.isMethod || (one.mustHave && !isBuiltin(name)))
            )
        const isThere =
            this.faults.withoutThis(method.f) || this.isThis(f, field)
        if (meant.length === 1 && isSure && isThere) field.callee = id
        else for (const one of meant) this.unknown.add(one.f.id)
    }

    /** True for a read of a field of `this` in a method. */
    private isThis(f: Func, { args: [object] }: Expression): boolean {
        return (
            this.methods.has(f.id) &&
            object!.op === Op.load_local &&
            object!.number === 0
        )
    }
}

/** Whether an object of a class can be that of which a field is read, by the types. */
class Fits {
    private readonly sources: Sources
    private readonly types: Types
    /** The classes that are derived from a class. */
    private readonly derived = new Map<number, number[]>()
    private readonly asked = new Map<string, [number, Declaration]>()
    private readonly answers = new Map<string, boolean>()

    constructor(program: Program, sources: Sources, types: Types) {
        this.sources = sources
        this.types = types
        for (const f of program.functions)
            for (const { statements } of f.blocks)
                for (const statement of statements) {
                    const [target, ...prototypes] = statement.args
                    if (target?.op !== Op.object_field) continue
                    const [heir, base] = prototypes
                    if (!base || !isPrototype(heir!) || !isPrototype(base))
                        continue
                    const owner = base.args[0]!.number
                    const heirs = this.derived.get(owner) ?? []
                    heirs.push(heir!.args[0]!.number)
                    this.derived.set(owner, heirs)
                }
    }

    /** Notes a question; `answer` asks all of them at once. */
    ask(owner: number, declared: readonly Declaration[]): void {
        for (const one of declared)
            if (one.isMember)
                for (const id of this.withHeirs(owner))
                    this.asked.set(keyOf(id, one), [id, one])
    }

    answer(): void {
        const questions = [...this.asked]
        const answers = this.types.canBe(
            questions.map(([, [owner, one]]) => [
                this.sources.placeOf(owner),
                one,
            ])
        )
        questions.forEach(([key], i) => this.answers.set(key, answers[i]!))
    }

    canBe(owner: number, declared: Declaration): boolean {
        return (
            declared.isMember &&
            this.withHeirs(owner).some(id =>
                this.answers.get(keyOf(id, declared))
            )
        )
    }

    private withHeirs(owner: number): number[] {
        const heirs = this.derived.get(owner) ?? []
        return [owner, ...heirs.flatMap(heir => this.withHeirs(heir))]
    }
}

function keyOf(owner: number, { path, end }: Declaration): string {
    return `${owner} ${end} ${path}`
}

/** The name under which a statement installs a method, on a class or on an object of the VM's. */
function installedName(statement: Expression): number | undefined {
    const method = installed(statement)
    if (method) return method.name
    if (statement.op !== Op.index_set) return undefined
    const [object, key, value] = statement.args
    return object!.op === Op.builtin_object && value!.op === Op.static_function
        ? keyIndex(key!)
        : undefined
}

/** The program's own names under which methods are installed. */
function installedNames(program: Program): Set<number> {
    const names = new Set<number>()
    for (const f of program.functions)
        for (const { statements } of f.blocks)
            for (const statement of statements) {
                const name = installedName(statement)
                if (name !== undefined && !isBuiltin(name)) names.add(name)
            }
    return names
}

/** A statement that stores under a name, otherwise than as a method, what may be a function. */
interface Store {
    name: number
    use: NameUse | undefined
}

/** Such statements, for some names. */
function findStores(
    program: Program,
    textOf: (name: number) => string,
    sources: Sources,
    names: ReadonlyMap<number, unknown>
): Store[] {
    const stores: Store[] = []
    for (const f of program.functions)
        for (const { statements } of f.blocks)
            for (const statement of statements) {
                if (statement.op !== Op.index_set || installed(statement))
                    continue
                const [, key, value] = statement.args
                const name = keyIndex(key!)
                if (name === undefined || !names.has(name) || isData(value!))
                    continue
                const use = sources.use(statement.place, textOf(name))
                stores.push({ name, use: use && { ...use, isStored: true } })
            }
    return stores
}

/** True for what is no function, whatever the types; a sum, as of `x++`, is a number or a text. */
function isData(value: Expression): boolean {
    const { op } = value
    return op === Op.add || (isConstant(value) && op !== Op.static_function)
}

/** A read of a field, and what the sources say there; undefined for code of no source. */
interface FieldUse {
    /** The function that reads it. */
    f: Func
    field: Expression
    name: number
    use: NameUse | undefined
}

/** A read of a field with all that it can mean; undefined when that is not known. */
interface DeclaredUse extends FieldUse {
    declared: readonly Declaration[] | undefined
}

/** All reads of fields of some names. */
function findUses(
    program: Program,
    textOf: (name: number) => string,
    sources: Sources,
    names: readonly number[]
): FieldUse[] {
    const wanted = new Set(names)
    const uses: FieldUse[] = []
    for (const f of program.functions)
        walkFunction(f, field => {
            const name = fieldName(field)
            if (name === undefined || !wanted.has(name)) return
            const use = sources.use(field.place, textOf(name))
            uses.push({ f, field, name, use })
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
                    const name = isKey ? undefined : keyIndex(e)
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
                if (method && !isBuiltin(method.name)) methods.push(method)
            }
    const uses = findUses(
        program,
        name => nameText(raw, name),
        sources,
        methods.map(({ name }) => name)
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
