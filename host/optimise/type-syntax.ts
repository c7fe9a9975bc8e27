// Where TypeScript's syntax uses a name behind a dot, and what a declaration says of one.
import type {
    ClassDeclaration,
    Identifier,
    Node,
    PropertyAssignment,
    PropertyDeclaration,
    ShorthandPropertyAssignment,
    SourceFile,
} from "typescript/unstable/ast"
import type { Declaration, NameUse } from "./types.ts"
import type { TypeScript } from "./typescript.ts"

/**
 * The names of the fields that are used in a part of a file; none when the compiler uses that
 * name there by itself.
 */
export function usedNames(
    ts: TypeScript,
    file: SourceFile,
    use: NameUse
): Identifier[] {
    const names: Identifier[] = []
    let isHidden = false
    const visit = (node: Node) => {
        if (node.end <= use.start || node.pos >= use.end) return
        // a statement begins behind its comment, but ends where its part does
        const isPart = node.pos >= use.start || node.end === use.end
        if (isPart && hiddenName(ts, node) === use.name) isHidden = true
        const name = usedName(ts, node, use.isStored)
        const isInside = name && name.pos >= use.start && name.end <= use.end
        if (isInside && (name as Identifier).text === use.name)
            names.push(name as Identifier)
        node.forEachChild(visit)
    }
    visit(file)
    return isHidden && !use.isStored ? [] : names
}

/** The name of the field that a node reads, or stores. */
function usedName(
    ts: TypeScript,
    node: Node,
    isStored?: boolean
): Node | undefined {
    if (ts.isPropertyAccessExpression(node)) {
        const isUsed = isStored ? isChanged(ts, node) : !isReplaced(ts, node)
        return isUsed ? node.name : undefined
    }
    if (ts.isBindingElement(node) && !node.propertyName) return node.name
    return isStored && storesProperty(ts, node) ? node.name : undefined
}

/** The name of the method or field that the compiler uses for something without a name. */
function hiddenName(ts: TypeScript, node: Node): string | undefined {
    if (ts.isArrayLiteralExpression(node)) return "push"
    if (ts.isSpreadElement(node)) return "pushRange"
    if (ts.isForOfStatement(node)) return "length"
    if (ts.isForInStatement(node)) return "length"
    return ts.isBindingElement(node) && node.dotDotDotToken
        ? "slice"
        : undefined
}

/** True for what something is assigned to. */
function isChanged(ts: TypeScript, node: Node): boolean {
    const { parent } = node
    return ts.isBinaryExpression(parent) && parent.left === node
}

/** True for what is written without being read. */
function isReplaced(ts: TypeScript, node: Node): boolean {
    const { parent } = node
    return (
        ts.isBinaryExpression(parent) &&
        ts.isEqualsToken(parent.operatorToken) &&
        isChanged(ts, node)
    )
}

function storesProperty(
    ts: TypeScript,
    node: Node
): node is
    PropertyAssignment | ShorthandPropertyAssignment | PropertyDeclaration {
    return (
        ts.isPropertyAssignment(node) ||
        ts.isShorthandPropertyAssignment(node) ||
        ts.isPropertyDeclaration(node)
    )
}

/** What declares the type of objects around a character of a file. */
export function typeDeclarationAt(
    ts: TypeScript,
    file: SourceFile,
    position: number
): Node | undefined {
    let found: Node | undefined
    const visit = (node: Node) => {
        if (node.end <= position || node.pos > position) return
        if (declaresMembers(ts, node)) found = node
        node.forEachChild(visit)
    }
    visit(file)
    return found
}

function declaresMembers(ts: TypeScript, node: Node): boolean {
    return (
        ts.isClassDeclaration(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeLiteralNode(node) ||
        ts.isObjectLiteralExpression(node)
    )
}

/** True where a type depends on parameters, of its own or of what it stands in. */
export function hasParameters(node: Node): boolean {
    for (let at: Node | undefined = node; at; at = at.parent)
        if ((at as Partial<ClassDeclaration>).typeParameters) return true
    return false
}

/** What a declaration says, but for the path of its file. */
export function describe(
    ts: TypeScript,
    node: Node
): Omit<Declaration, "path"> {
    const isField =
        ts.isPropertySignatureDeclaration(node) ||
        ts.isPropertyDeclaration(node) ||
        ts.isParameterDeclaration(node)
    const type = isField ? node.type : undefined
    const { parent } = node
    const isInterface = ts.isInterfaceDeclaration(parent)
    return {
        end: node.end,
        isData: !!type && !ts.isFunctionTypeNode(type),
        isMember: declaresMembers(ts, parent),
        isMethod: ts.isClassDeclaration(parent) && ts.isMethodDeclaration(node),
        inInterface: isInterface,
        mustHave:
            isInterface &&
            ts.isMethodSignatureDeclaration(node) &&
            node.postfixToken === undefined,
    }
}
