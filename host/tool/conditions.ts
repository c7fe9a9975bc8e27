/**
 * Which conditions the compiler has to compare with 0: the VM takes every number that is no 32-bit
 * integer, as 0.5 or a Unix time in ms, for false.
 */
import { type Node, partsOf, type SyntaxOf, type TypesOf } from "./syntax.ts"

/** Counts that the VM itself keeps: always integers. */
export const COUNTS = ["length", "byteLength"]
/** Functions of `Math` whose results are. */
const INTEGER_RESULTS = ["idiv", "imul"]

/** Whether a condition is a number, by its type, and not surely a 32-bit integer. */
export function mayBeFraction(
    ts: SyntaxOf,
    types: TypesOf,
    condition: Node
): boolean {
    const { NumberLike, BooleanLike, VoidLike, Null, EnumLike } = ts.TypeFlags
    const parts = partsOf(types.getTypeAtLocation(condition))
    // what has another truth than its number, as a text, must stay as it is
    const comparable = NumberLike! | BooleanLike! | VoidLike! | Null!
    return (
        parts.every(({ flags }) => (flags & comparable) !== 0) &&
        parts.some(
            ({ flags }) =>
                (flags & NumberLike!) !== 0 && (flags & EnumLike!) === 0
        ) &&
        resultsOf(ts, condition).some(
            result =>
                !isInteger(ts, result) &&
                (result === condition || mayBeFraction(ts, types, result))
        )
    )
}

/** The expressions one of which a condition hands on when it is true; itself, unless it joins others. */
function resultsOf({ SyntaxKind }: SyntaxOf, node: Node): Node[] {
    const { kind, expression, left, right, operatorToken } = node
    if (kind === SyntaxKind.ParenthesizedExpression) return [expression!]
    switch (operatorToken?.kind) {
        case SyntaxKind.AmpersandAmpersandToken:
            return [right!]
        case SyntaxKind.BarBarToken:
        case SyntaxKind.QuestionQuestionToken:
            return [left!, right!]
        default:
            return [node]
    }
}

/** Whether an expression is an integer whatever its operands are. */
export function isInteger(ts: SyntaxOf, node: Node): boolean {
    const { SyntaxKind } = ts
    const { kind, name, expression, operatorToken } = node
    if (kind === SyntaxKind.ParenthesizedExpression)
        return isInteger(ts, expression!)
    if (kind === SyntaxKind.PropertyAccessExpression)
        return COUNTS.includes(name!.text)
    if (kind === SyntaxKind.CallExpression)
        return INTEGER_RESULTS.includes(expression!.name?.text ?? "")
    return [
        SyntaxKind.AmpersandToken,
        SyntaxKind.BarToken,
        SyntaxKind.CaretToken,
        SyntaxKind.LessThanLessThanToken,
        SyntaxKind.GreaterThanGreaterThanToken,
    ].some(operator => operator === operatorToken?.kind)
}
