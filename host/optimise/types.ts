// What TypeScript knows of a name behind a dot: the declarations that it can mean. Types come from
// the API of TypeScript 7; without it, or for a source that is not part of the project, nothing is
// known.
import type { ChildProcess } from "node:child_process"
import { existsSync, readFileSync, realpathSync } from "node:fs"
import { dirname, relative, resolve, sep } from "node:path"
import type {
    ClassDeclaration,
    Identifier,
    Node,
    PropertyAssignment,
    PropertyDeclaration,
    ShorthandPropertyAssignment,
    SourceFile,
} from "typescript/unstable/ast"
import type { API, Checker, Project, Type } from "typescript/unstable/sync"

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

/** The API's processes that wait for the next question, by the path of the project's file. */
const waiting = new Map<string, API>()

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
    const typescript = await loadTypeScript()
    if (!typescript) return undefined
    const folder = dirname(resolve(config))
    /** Folders behind symbolic links: the real path, and that by which the compiler names them. */
    const links = new Map<string, string>()
    return { findDeclarations, canBe, headAt }

    function headAt(path: string, start: number): string {
        const text = readFileSync(resolve(folder, path), "utf8")
        return text.slice(start, text.indexOf("{", start))
    }

    function findDeclarations(uses: readonly NameUse[]) {
        const unknown = uses.map(() => undefined)
        return ask<(Declaration[] | undefined)[]>(unknown, project => {
            const { program, checker } = project
            const names = uses.map(use => {
                const file = fileAt(program, use.path)
                return file ? usedNames(file, use) : []
            })
            const all = names.flat()
            const stored = new Set(
                names.filter((_, i) => uses[i]!.isStored).flat()
            )
            const symbols = checker.getSymbolAtLocation(all)
            const types = checker.getTypeAtLocation(all)
            const declared = all.map((name, i) => {
                const { parent } = name
                const isBound = typescript!.isBindingElement(parent)
                if (stored.has(name))
                    return isCallable(checker, types[i])
                        ? undefined
                        : [BOUND_DATA]
                if (isBound && isPrimitive(types[i])) return [BOUND_DATA]
                const from = isBound && checker.getTypeAtLocation(parent.parent)
                const symbol = from
                    ? checker.getPropertyOfType(from, name.text)
                    : symbols[i]
                const handles = symbol?.declarations ?? []
                const nodes = handles.map(handle => handle.resolve())
                const known = nodes.length > 0 && nodes.every(node => !!node)
                return known ? nodes.map(describe) : undefined
            })
            let at = 0
            return names.map(({ length }) => {
                const found = declared.slice(at, (at += length))
                const known = length > 0 && found.every(one => !!one)
                return known ? found.flat() : undefined
            })
        })
    }

    function canBe(pairs: readonly [ClassPlace, Declaration][]): boolean[] {
        const unknown = pairs.map(() => true)
        return ask(unknown, ({ program, checker }) => {
            const typeAt = (path: string, position: number) => {
                const file = fileAt(program, path)
                const node = file && typeDeclarationAt(file, position)
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
                                  (flags & typescript!.OPTIONAL) !== 0 ||
                                  checker.getPropertyOfType(given.type, name)
                          )
                    : checker.isTypeAssignableTo(given.type, wanted.type)
            })
        })
    }

    /**
     * A file by the path that the compiler names it by. TypeScript has the files of a package that
     * is linked into node_modules, as npm links a folder, under their real paths.
     */
    function fileAt(
        program: Project["program"],
        path: string
    ): SourceFile | undefined {
        const named = resolve(folder, path)
        const file = program.getSourceFile(named)
        if (file || !existsSync(named)) return file
        const real = realpathSync(named)
        if (real !== named) links.set(...withoutCommonEnd(real, named))
        return program.getSourceFile(real)
    }

    /** The path, relative to the project's folder, by which the compiler names a file. */
    function pathFor(file: string): string {
        for (const [real, named] of links)
            if (file.startsWith(real + sep))
                return relative(folder, named + file.slice(real.length))
        return relative(folder, file)
    }

    /** Asks TypeScript. Its API is marked unstable: where it fails, the answer is `unknown`. */
    function ask<T>(unknown: T, question: (project: Project) => T): T {
        const kept = waiting.get(resolve(config))
        waiting.delete(resolve(config))
        for (const known of kept ? [kept, undefined] : [undefined])
            try {
                const api = known ?? new typescript!.API()
                return askProcess(api, known !== undefined, question)
            } catch {
                // one that was kept may have ended meanwhile
            }
        return unknown
    }

    function askProcess<T>(
        api: API,
        isOpen: boolean,
        question: (project: Project) => T
    ): T {
        let isAnswered = false
        try {
            const snapshot = isOpen
                ? lookAgain(api)
                : api.updateSnapshot({ openProjects: [config] })
            const answer = question(snapshot.getProjects()[0]!)
            snapshot.dispose()
            isAnswered = true
            return answer
        } finally {
            if (isAnswered && isKept) waiting.set(resolve(config), api)
            else endSilently(api)
        }
    }

    /** Has the files of the project read again that have changed, and the list of them made. */
    function lookAgain(api: API) {
        const list = [resolve(config)]
        api.updateSnapshot({ fileChanges: { changed: list } })
        api.clearSourceFileCache()
        return api.updateSnapshot({ fileChanges: { invalidateAll: true } })
    }

    /** What declares the type of objects around a character of a file. */
    function typeDeclarationAt(file: SourceFile, position: number) {
        let found: Node | undefined
        const visit = (node: Node) => {
            if (node.end <= position || node.pos > position) return
            if (declaresMembers(node)) found = node
            node.forEachChild(visit)
        }
        visit(file)
        return found
    }

    /** True for what something is assigned to. */
    function isChanged(node: Node): boolean {
        const { parent } = node
        return typescript!.isBinaryExpression(parent) && parent.left === node
    }

    /** True for what is written without being read. */
    function isReplaced(node: Node): boolean {
        const { parent } = node
        return (
            typescript!.isBinaryExpression(parent) &&
            typescript!.isEqualsToken(parent.operatorToken) &&
            isChanged(node)
        )
    }

    function storesProperty(
        node: Node
    ): node is
        PropertyAssignment | ShorthandPropertyAssignment | PropertyDeclaration {
        return (
            typescript!.isPropertyAssignment(node) ||
            typescript!.isShorthandPropertyAssignment(node) ||
            typescript!.isPropertyDeclaration(node)
        )
    }

    function declaresMembers(node: Node): boolean {
        return (
            typescript!.isClassDeclaration(node) ||
            typescript!.isInterfaceDeclaration(node) ||
            typescript!.isTypeLiteralNode(node) ||
            typescript!.isObjectLiteralExpression(node)
        )
    }

    /** True where a type depends on parameters, of its own or of what it stands in. */
    function hasParameters(node: Node): boolean {
        for (let at: Node | undefined = node; at; at = at.parent)
            if ((at as Partial<ClassDeclaration>).typeParameters) return true
        return false
    }

    function describe(node: Node): Declaration {
        const isField =
            typescript!.isPropertySignatureDeclaration(node) ||
            typescript!.isPropertyDeclaration(node) ||
            typescript!.isParameterDeclaration(node)
        const type = isField ? node.type : undefined
        const { parent } = node
        const isInterface = typescript!.isInterfaceDeclaration(parent)
        return {
            path: pathFor(pathOf(node)),
            end: node.end,
            isData: !!type && !typescript!.isFunctionTypeNode(type),
            isMember: declaresMembers(parent),
            isMethod:
                typescript!.isClassDeclaration(parent) &&
                typescript!.isMethodDeclaration(node),
            inInterface: isInterface,
            mustHave:
                isInterface &&
                typescript!.isMethodSignatureDeclaration(node) &&
                node.postfixToken === undefined,
        }
    }

    function isPrimitive(type: Type | undefined): boolean {
        if (!type) return false
        if (type.isUnionType()) return type.getTypes().every(isPrimitive)
        return (type.flags & typescript!.PRIMITIVE) !== 0
    }

    /** True for a type that may be one of a function. */
    function isCallable(checker: Checker, type: Type | undefined): boolean {
        if (!type) return true
        if (type.isUnionType())
            return type.getTypes().some(one => isCallable(checker, one))
        if ((type.flags & typescript!.PRIMITIVE) !== 0) return false
        if ((type.flags & typescript!.OBJECT) === 0) return true
        return checker.getSignaturesOfType(type, typescript!.CALL).length > 0
    }

    /**
     * The names of the fields that are used in a part of a file; none when the compiler uses that
     * name there by itself.
     */
    function usedNames(file: SourceFile, use: NameUse): Identifier[] {
        const names: Identifier[] = []
        let isHidden = false
        const visit = (node: Node) => {
            if (node.end <= use.start || node.pos >= use.end) return
            // a statement begins behind its comment, but ends where its part does
            const isPart = node.pos >= use.start || node.end === use.end
            if (isPart && hiddenName(node) === use.name) isHidden = true
            let name: Node | undefined
            if (typescript!.isPropertyAccessExpression(node)) {
                if (use.isStored ? isChanged(node) : !isReplaced(node))
                    name = node.name
            } else if (typescript!.isBindingElement(node) && !node.propertyName)
                name = node.name
            else if (use.isStored && storesProperty(node)) name = node.name
            const isInside =
                name && name.pos >= use.start && name.end <= use.end
            if (isInside && (name as Identifier).text === use.name)
                names.push(name as Identifier)
            node.forEachChild(visit)
        }
        visit(file)
        return isHidden && !use.isStored ? [] : names
    }

    /** The name of the method or field that the compiler uses for something without a name. */
    function hiddenName(node: Node): string | undefined {
        if (typescript!.isArrayLiteralExpression(node)) return "push"
        if (typescript!.isSpreadElement(node)) return "pushRange"
        if (typescript!.isForOfStatement(node)) return "length"
        if (typescript!.isForInStatement(node)) return "length"
        return typescript!.isBindingElement(node) && node.dotDotDotToken
            ? "slice"
            : undefined
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

/** Ends the process behind the API before it is asked to, which it would comment on stderr. */
function endSilently(api: API): void {
    const { client } = api as unknown as {
        client?: { channel?: { child?: ChildProcess } }
    }
    client?.channel?.child?.kill("SIGKILL")
    api.close()
}

function pathOf(node: Node): string {
    let root = node
    while (root.parent) root = root.parent
    return (root as SourceFile).fileName
}

/** Two paths of one file up to where they differ: the folders that are the same one. */
function withoutCommonEnd(one: string, other: string): [string, string] {
    const first = one.split(sep)
    const second = other.split(sep)
    while (first.at(-1) === second.at(-1)) {
        first.pop()
        second.pop()
    }
    return [first.join(sep), second.join(sep)]
}

/** TypeScript's API, if the TypeScript that is installed has it. */
async function loadTypeScript() {
    try {
        const { API, SignatureKind, SymbolFlags, TypeFlags } =
            await import("typescript/unstable/sync")
        const is = await import("typescript/unstable/ast/is")
        const {
            NumberLike,
            StringLike,
            BooleanLike,
            Object: OBJECT,
        } = TypeFlags
        const { Optional: OPTIONAL } = SymbolFlags
        const { Call: CALL } = SignatureKind
        const PRIMITIVE = NumberLike | StringLike | BooleanLike
        return { ...is, API, PRIMITIVE, OBJECT, OPTIONAL, CALL }
    } catch {
        return undefined
    }
}
