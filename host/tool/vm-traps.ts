/**
 * Finds what TypeScript allows and what silently damages the heap of the DeviceScript VM: an array
 * or a Buffer that is thrown (the VM sets a property on what is thrown), and an array whose `length`
 * is set. Both are errors of the build, since the board fails later, and somewhere else.
 */

interface Node {
    kind: number
    pos: number
    end: number
    expression?: Node
    left?: Node
    operatorToken?: Node
    name?: { text: string }
    getStart(file: object): number
}

interface Type {
    types?: Type[]
    symbol?: { name: string }
}

interface File {
    fileName: string
    text: string
}

/** The parts of TypeScript 4.9 that are used. */
export interface SyntaxOf {
    SyntaxKind: Record<string, number>
    forEachChild(node: object, visit: (node: Node) => void): void
}

/** The parts of its type checker that are used. */
export interface TypesOf {
    getTypeAtLocation(node: object): Type
    isArrayType(type: Type): boolean
    isTupleType(type: Type): boolean
}

/** An error of the compiler, as TypeScript has it. */
interface Diagnostic {
    file: File
    start: number
    length: number
    category: number
    code: number
    messageText: string
}

/** What cannot be in a file without one of these words. */
const WORDS = /\bthrow\b|\.length\b/
const ERROR = 1
/** No error of TypeScript has this number. */
const CODE = 9001

/** The errors of a file. */
export function findTraps(
    ts: SyntaxOf,
    types: TypesOf,
    file: File
): Diagnostic[] {
    const found: Diagnostic[] = []
    if (!WORDS.test(file.text)) return found
    const { SyntaxKind } = ts
    const report = (node: Node, messageText: string) => {
        const start = node.getStart(file)
        const length = node.end - start
        found.push({
            ...{ file, start, length, messageText },
            category: ERROR,
            code: CODE,
        })
    }
    const bareName = (node: Node) =>
        bareType(types, types.getTypeAtLocation(node))
    const visit = (node: Node) => {
        const { kind, expression, left } = node
        if (kind === SyntaxKind.ThrowStatement && expression) {
            const name = bareName(expression)
            if (name)
                report(
                    node,
                    `Throwing ${name} damages the heap of the board; throw an Error.`
                )
        } else if (
            kind === SyntaxKind.BinaryExpression &&
            node.operatorToken!.kind === SyntaxKind.EqualsToken &&
            left!.kind === SyntaxKind.PropertyAccessExpression &&
            left!.name!.text === "length" &&
            bareName(left!.expression!)
        )
            report(
                left!,
                "Setting the length of an array damages the heap of the board; make a new array, or use pop or splice."
            )
        ts.forEachChild(node, visit)
    }
    ts.forEachChild(file, visit)
    return found
}

/** What a value may be that must have no properties, in words; undefined for nothing of the kind. */
function bareType(types: TypesOf, type: Type): string | undefined {
    if (type.types)
        return type.types.map(one => bareType(types, one)).find(words => words)
    if (types.isArrayType(type) || types.isTupleType(type)) return "an array"
    return type.symbol?.name === "Buffer" ? "a Buffer" : undefined
}
