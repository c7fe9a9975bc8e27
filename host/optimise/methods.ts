// The methods of a program, and what a call by name can mean.
//
// A class installs a method by `index_set(C.prototype, "name", M)`. When a name is installed once
// in the whole program, is written to no other object, is no name of the VM's own objects or of a
// service, and is used as a text nowhere (so that it can be no computed key), `this.name()` in
// another method of C calls M. That a program makes the key of a function from pieces at run time
// and then calls it by its literal name is taken as not done.
//
// Of any other name types may tell what each read of it means (typed-calls.ts).
import { Op, STRING_KIND_SHIFT, StringKind } from "./format.ts"
import type { RawImage } from "./image.ts"
import { Counts, specNames } from "./numbering.ts"
import {
    type Expression,
    type Func,
    type Program,
    walkFunction,
} from "./program.ts"

/** The part of a string's index that is its number within its kind. */
const STRING_INDEX_MASK = (1 << STRING_KIND_SHIFT) - 1

/** A method of a class. */
export interface Method {
    f: Func
    name: number
    /** The constructor of its class. */
    owner: number
    /** True when nothing else can be meant by its name. */
    isAlone: boolean
    /** How often it is read from an object; undefined when reads may be of it that are not known. */
    reads: number | undefined
}

/** The VM's number of the text "prototype". */
export const PROTOTYPE = 52

/** What a statement installs as a method: its name and the function. */
export function installed(
    statement: Expression
): { name: number; id: number; owner: number } | undefined {
    if (statement.op !== Op.index_set) return undefined
    const [object, key, value] = statement.args
    if (!isPrototype(object!)) return undefined
    const name = keyIndex(key!)
    if (name === undefined || value!.op !== Op.static_function) return undefined
    return { name, id: value!.number, owner: object!.args[0]!.number }
}

/** The functions that a function installs as methods, also if it keeps a prototype in between. */
export function installedMethods(f: Func): number[] {
    return f.blocks.flatMap(({ statements }) => {
        const found: number[] = []
        // where prototypes are kept: variables, and the returned value as -1
        const kept = new Set<number>()
        for (const { op, number, args } of statements) {
            const [object, key, value] = args
            if (op === Op.store_local || op === Op.store_ret_val) {
                const place = op === Op.store_local ? number : -1
                if (isPrototype(object!)) kept.add(place)
                else kept.delete(place)
            }
            if (op !== Op.index_set || value!.op !== Op.static_function)
                continue
            const isKept =
                (object!.op === Op.load_local && kept.has(object!.number)) ||
                (object!.op === Op.ret_val && kept.has(-1))
            if (keyIndex(key!) !== undefined)
                if (isKept || isPrototype(object!)) found.push(value!.number)
        }
        return found
    })
}

/** True for the prototype of one of the program's own classes. */
export function isPrototype({ op, number, args }: Expression): boolean {
    return (
        op === Op.builtin_field &&
        number === PROTOTYPE &&
        args[0]!.op === Op.static_function
    )
}

/** The name that an expression reads from an object. */
export function fieldName({ op, number }: Expression): number | undefined {
    if (op === Op.builtin_field) return stringIndex(StringKind.builtin, number)
    if (op === Op.ascii_field) return stringIndex(StringKind.ascii, number)
    if (op === Op.utf8_field) return stringIndex(StringKind.utf8, number)
    return undefined
}

/** True for a name that the VM knows by itself. */
export function isBuiltin(name: number): boolean {
    return name >> STRING_KIND_SHIFT === StringKind.builtin
}

/** One of the program's own names as text. */
export function nameText(raw: RawImage, name: number): string {
    const { ascii, utf8 } = raw
    const texts = name >> STRING_KIND_SHIFT === StringKind.ascii ? ascii : utf8
    return new TextDecoder().decode(texts[name & STRING_INDEX_MASK])
}

/** The index of a text. */
export function keyIndex({ op, number }: Expression): number | undefined {
    if (op === Op.static_builtin_string)
        return stringIndex(StringKind.builtin, number)
    if (op === Op.static_ascii_string)
        return stringIndex(StringKind.ascii, number)
    if (op === Op.static_utf8_string)
        return stringIndex(StringKind.utf8, number)
    return undefined
}

function stringIndex(kind: number, number: number): number {
    return (kind << STRING_KIND_SHIFT) | number
}

/** Finds the methods, by the number of their function. */
export function findMethods(
    program: Program,
    raw: RawImage
): Map<number, Method> {
    const functions = new Map(program.functions.map(f => [f.id, f]))
    const found: Method[] = []
    const installs = new Set<Expression>()
    for (const f of program.functions)
        for (const { statements } of f.blocks)
            for (const statement of statements) {
                const method = installed(statement)
                if (!method) continue
                const { name, id, owner } = method
                installs.add(statement.args[1]!)
                found.push({
                    ...{ f: functions.get(id)!, name, owner },
                    ...{ isAlone: false, reads: undefined },
                })
            }
    const elsewhere = new Set<number>(namesOfServices(raw))
    const reads = new Counts()
    const marks = new Counts()
    for (const f of program.functions)
        walkFunction(f, e => {
            const text = keyIndex(e)
            if (text !== undefined && !installs.has(e)) elsewhere.add(text)
            const field = fieldName(e)
            if (field !== undefined) reads.add(field)
            if (e.callee !== undefined) marks.add(e.callee)
        })
    const classes = new Counts()
    for (const { name } of found) classes.add(name)
    const methods = new Map<number, Method>()
    for (const method of found) {
        const { name, f } = method
        method.isAlone =
            classes.get(name) === 1 && !elsewhere.has(name) && !isBuiltin(name)
        if (method.isAlone) method.reads = reads.get(name) ?? 0
        else if (program.marked.has(f.id)) method.reads = marks.get(f.id) ?? 0
        methods.set(f.id, method)
    }
    return methods
}

function namesOfServices(raw: RawImage): number[] {
    const { buffer, byteOffset } = raw.specs
    const view = new DataView(buffer, byteOffset)
    return [...specNames(raw)].map(at => view.getUint16(at, true))
}
