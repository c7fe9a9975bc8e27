// What TypeScript knows of a name behind a dot: the declarations that it can mean. Types come from
// the API of TypeScript 7; without it, or for a source that is not part of the project, nothing is
// known.
import { existsSync, readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { Identifier } from "typescript/unstable/ast"
import type { Checker, Project, Type } from "typescript/unstable/sync"
import { SourcePaths } from "./source-paths.ts"
import {
    describe,
    hasParameters,
    typeDeclarationAt,
    usedNames,
} from "./type-syntax.ts"
import { askProject, loadTypeScript, type TypeScript } from "./typescript.ts"

/**
 * The uses of a field, `x.name` or `{ name } = x`, in a part of a source file; of one that is stored,
 * `{ name: value }` as well.
 */
export interface NameUse {
    path: string
    /** The part: its first character in the file, and the one behind it. */
    start: number
    end: number
    name: string
    isStored?: boolean
}

/** Where something is declared: its file, and the character behind it. */
export interface Declaration {
    path: string
    end: number
    /** True for a field that holds no function. */
    isData: boolean
    /** True for a part of a class, an interface or any other type of objects. */
    isMember: boolean
    /** True for a method of a class. */
    isMethod: boolean
    /** True for a part of an interface. */
    inInterface: boolean
    /** True for a function that each object of an interface has. */
    mustHave: boolean
}

/** Where a class is declared: its file, and its first character. */
export interface ClassPlace {
    path: string
    start: number
}

/** What is known of the types of a project; paths are relative to its folder. */
export interface Types {
    /** Finds all that each use can mean; undefined where that is not known. */
    findDeclarations: (
        uses: readonly NameUse[]
    ) => (Declaration[] | undefined)[]
    /**
     * Whether an object of a class can be what a member is read of; true where that is not known.
     */
    canBe: (pairs: readonly [ClassPlace, Declaration][]) => boolean[]
    /** The text from a place in a source file to the next brace: what a class says it is. */
    headAt: (path: string, start: number) => string
}

/**
 * Asks the project of a tsconfig file; undefined when it can't be asked.
 * @param isKept the process that answers lives on for the next question, which it answers faster;
 *     it ends with this process
 */
export async function projectTypes(
    config: string,
    isKept = false
): Promise<Types | undefined> {
    if (!existsSync(config)) return undefined
    const ts = await loadTypeScript()
    if (!ts) return undefined
    const folder = dirname(resolve(config))
    const paths = new SourcePaths(folder)
    const ask = <T>(unknown: T, question: (project: Project) => T) =>
        askProject(ts, config, isKept, unknown, question)
    return {
        findDeclarations: uses => {
            const unknown = uses.map(() => undefined)
            return ask<(Declaration[] | undefined)[]>(unknown, project =>
                declarationsOf(ts, project, paths, uses)
            )
        },
        canBe: pairs => {
            const unknown = pairs.map(() => true)
            return ask(unknown, project => fits(ts, project, paths, pairs))
        },
        headAt: (path, start) => {
            const text = readFileSync(resolve(folder, path), "utf8")
            return text.slice(start, text.indexOf("{", start))
        },
    }
}

/** What replaces the field that a variable of a primitive type was made from. */
const BOUND_DATA: Declaration = {
    path: "",
    end: 0,
    isData: true,
    isMember: false,
    isMethod: false,
    inInterface: false,
    mustHave: false,
}

/** The declarations of each use. */
function declarationsOf(
    ts: TypeScript,
    { program, checker }: Project,
    paths: SourcePaths,
    uses: readonly NameUse[]
): (Declaration[] | undefined)[] {
    const names = uses.map(use => {
        const file = paths.fileAt(program, use.path)
        return file ? usedNames(ts, file, use) : []
    })
    const all = names.flat()
    const stored = new Set(names.filter((_, i) => uses[i]!.isStored).flat())
    const symbols = checker.getSymbolAtLocation(all)
    const types = checker.getTypeAtLocation(all)
    const declared = all.map((name, i) =>
        stored.has(name)
            ? isCallable(ts, checker, types[i])
                ? undefined
                : [BOUND_DATA]
            : declarationsOfName(name, symbols[i], types[i])
    )
    let at = 0
    return names.map(({ length }) => {
        const found = declared.slice(at, (at += length))
        const known = length > 0 && found.every(one => !!one)
        return known ? found.flat() : undefined
    })

    /** What a name that is read can mean. */
    function declarationsOfName(
        name: Identifier,
        own: (typeof symbols)[number],
        type: Type | undefined
    ): Declaration[] | undefined {
        const isBound = ts.isBindingElement(name.parent)
        if (isBound && isPrimitive(ts, type)) return [BOUND_DATA]
        const from = isBound && checker.getTypeAtLocation(name.parent.parent)
        const symbol = from ? checker.getPropertyOfType(from, name.text) : own
        const handles = symbol?.declarations ?? []
        const nodes = handles.map(handle => handle.resolve())
        const known = nodes.length > 0 && nodes.every(node => !!node)
        return known
            ? nodes.map(node => ({
                  path: paths.pathOf(node),
                  ...describe(ts, node),
              }))
            : undefined
    }
}

/** Whether objects of a class fit the type that declares a member, for each pair. */
function fits(
    ts: TypeScript,
    { program, checker }: Project,
    paths: SourcePaths,
    pairs: readonly [ClassPlace, Declaration][]
): boolean[] {
    const typeAt = (path: string, position: number) => {
        const file = paths.fileAt(program, path)
        const node = file && typeDeclarationAt(ts, file, position)
        const type = node && checker.getTypeAtLocation(node)
        return type && { type, isOpen: hasParameters(node) }
    }
    const known = new Map<string, ReturnType<typeof typeAt>>()
    const find = (path: string, position: number) => {
        const key = `${position} ${path}`
        if (!known.has(key)) known.set(key, typeAt(path, position))
        return known.get(key)
    }
    return pairs.map(([{ path, start }, declared]) => {
        const given = find(path, start)
        const wanted = find(declared.path, declared.end)
        if (!given || !wanted) return true
        // what fits a type with parameters depends on them, but for the names of its parts
        return given.isOpen || wanted.isOpen
            ? checker
                  .getPropertiesOfType(wanted.type)
                  .every(
                      ({ name, flags }) =>
                          (flags & ts.OPTIONAL) !== 0 ||
                          checker.getPropertyOfType(given.type, name)
                  )
            : checker.isTypeAssignableTo(given.type, wanted.type)
    })
}

function isPrimitive(ts: TypeScript, type: Type | undefined): boolean {
    if (!type) return false
    if (type.isUnionType())
        return type.getTypes().every(one => isPrimitive(ts, one))
    return (type.flags & ts.PRIMITIVE) !== 0
}

/** True for a type that may be one of a function. */
function isCallable(
    ts: TypeScript,
    checker: Checker,
    type: Type | undefined
): boolean {
    if (!type) return true
    if (type.isUnionType())
        return type.getTypes().some(one => isCallable(ts, checker, one))
    if ((type.flags & ts.PRIMITIVE) !== 0) return false
    if ((type.flags & ts.OBJECT) === 0) return true
    return checker.getSignaturesOfType(type, ts.CALL).length > 0
}
