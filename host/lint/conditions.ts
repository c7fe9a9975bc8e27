/**
 * Finds numbers where a boolean belongs in the programs for the board. On the DeviceScript VM a
 * number that is no int32 (0.5, 2^31, a wall clock in ms) counts as false, so no number may be a
 * condition: `x !== 0`, `x > 0` or `x !== undefined` says what is meant. The build mends it where
 * the type is a number (host/tool/conditions.ts), at the price of some bytes, and not in `any`.
 *
 *     node --import ./host/register.js host/lint/conditions.ts
 *
 * Types come from the API of the TypeScript that the project pins. The usual lints cannot do this:
 * typescript-eslint takes no TypeScript 7, and oxlint's rule no code without `strictNullChecks`,
 * which is how DeviceScript compiles.
 */
import { relative } from "node:path"
import {
    API,
    type Checker,
    type Type,
    TypeFlags,
} from "typescript/unstable/sync"
import {
    type BinaryExpression,
    type Expression,
    type Node,
    type SourceFile,
    SyntaxKind,
} from "typescript/unstable/ast"
import {
    isBinaryExpression,
    isConditionalExpression,
    isDoStatement,
    isForStatement,
    isIfStatement,
    isParenthesizedExpression,
    isPrefixUnaryExpression,
    isPropertyAccessExpression,
    isWhileStatement,
} from "typescript/unstable/ast/is"
import { COUNTS } from "../tool/conditions.ts"

/** A condition that may be a number. */
export interface Finding {
    file: string
    line: number
    /** The condition's text. */
    text: string
    /** Its type, as TypeScript prints it. */
    type: string
}

/** Operators that give an int32 whatever their operands are. */
const INT32_OPERATORS = new Set([
    SyntaxKind.AmpersandToken,
    SyntaxKind.BarToken,
    SyntaxKind.CaretToken,
    SyntaxKind.LessThanLessThanToken,
    SyntaxKind.GreaterThanGreaterThanToken,
])
/** Operators that test their left operand, and hand their right one on. */
const LOGICAL_OPERATORS = new Set([
    SyntaxKind.AmpersandAmpersandToken,
    SyntaxKind.BarBarToken,
    SyntaxKind.AmpersandAmpersandEqualsToken,
    SyntaxKind.BarBarEqualsToken,
])
/** No programs of fiberd: what comes with the tool, and what shows that the build mends such conditions. */
const EXEMPT = /\/node_modules\/|\/test\/device\/language\.ts$/
/** What a number may hide in. */
const NUMBERS = TypeFlags.NumberLike | TypeFlags.Any | TypeFlags.Unknown

/** Finds the conditions that may be numbers in the files of the project `config` (a tsconfig). */
export function findNumberConditions(config: string): Finding[] {
    const api = new API()
    try {
        const snapshot = api.updateSnapshot({ openProjects: [config] })
        const { rootFiles, program, checker } = snapshot.getProjects()[0]
        return rootFiles
            .filter(file => !EXEMPT.test(file))
            .flatMap(file => findInFile(program.getSourceFile(file)!, checker))
    } finally {
        api.close()
    }
}

function findInFile(file: SourceFile, checker: Checker): Finding[] {
    const conditions = collectConditions(file).filter(node => !isInt32(node))
    const types = checker.getTypeAtLocation(conditions)
    return conditions.flatMap((node, i) => {
        const type = types[i]
        if (!type || !mayBeNumber(type)) return []
        const before = file.text.slice(0, node.getStart(file))
        return {
            file: relative(".", file.fileName),
            line: before.split("\n").length,
            text: node.getText(file),
            type: checker.typeToString(type),
        }
    })
}

/** All expressions below `root` whose truth is tested; of `a && b` its parts. */
function collectConditions(root: Node): Expression[] {
    const found = new Set<Expression>()
    const test = (node: Expression | undefined) => {
        if (!node) return
        if (isParenthesizedExpression(node)) test(node.expression)
        else if (isLogical(node)) test(node.right)
        else found.add(node)
    }
    const visit = (node: Node) => {
        if (isIfStatement(node) || isWhileStatement(node)) test(node.expression)
        else if (isDoStatement(node)) test(node.expression)
        else if (isForStatement(node)) test(node.condition)
        else if (isConditionalExpression(node)) test(node.condition)
        else if (isLogical(node)) test(node.left)
        else if (
            isPrefixUnaryExpression(node) &&
            node.operator === SyntaxKind.ExclamationToken
        )
            test(node.operand)
        node.forEachChild(visit)
    }
    visit(root)
    return [...found]
}

function isLogical(node: Node): node is BinaryExpression {
    return (
        isBinaryExpression(node) &&
        LOGICAL_OPERATORS.has(node.operatorToken.kind)
    )
}

function isInt32(node: Expression): boolean {
    if (isBinaryExpression(node))
        return INT32_OPERATORS.has(node.operatorToken.kind)
    return isPropertyAccessExpression(node) && COUNTS.includes(node.name.text)
}

function mayBeNumber(type: Type): boolean {
    if (type.flags & NUMBERS) return true
    return type.isUnionType() && type.getTypes().some(mayBeNumber)
}
