/**
 * Finds what TypeScript allows and the DeviceScript VM silently does otherwise. All of it is an error
 * of the build, since the board fails later, and somewhere else:
 *
 * - an array or a Buffer that is thrown (the VM sets a property on what is thrown) and an array whose
 *   `length` is set damage the heap;
 * - texts have no order, so `<` of two is false and `sort()` leaves them as they are;
 * - `reduce` without a first value begins with undefined; `for ... in` over an array and `[...text]` panic;
 * - `import "./parts"` of a file that is not there is left out.
 *
 * It goes by the types, and cannot see into `any`.
 */
import {
    type Node,
    partsOf,
    type SourceFile,
    type SyntaxOf,
    type Type,
    type TypesOf,
} from "./syntax.ts"

/** An error of the compiler, as TypeScript has it. */
interface Diagnostic {
    file: SourceFile
    start: number
    length: number
    category: number
    code: number
    messageText: string
}

const ERROR = 1
/** No error of TypeScript has this number. */
const CODE = 9001
const COMPARE = "compare them by compareTexts of fiberd"

/** The errors of a file. */
export function findTraps(
    ts: SyntaxOf,
    types: TypesOf,
    file: SourceFile
): Diagnostic[] {
    const found: Diagnostic[] = []
    const traps = new Traps(ts, types)
    const visit = (node: Node) => {
        const messageText = traps.in(node)
        if (messageText) {
            const start = node.getStart(file)
            const length = node.end - start
            const place = { file, start, length }
            found.push({ ...place, messageText, category: ERROR, code: CODE })
        }
        ts.forEachChild(node, visit)
    }
    ts.forEachChild(file, visit)
    return found
}

/** What is wrong with single nodes. */
class Traps {
    private readonly types: TypesOf
    private readonly texts: number
    /** By the kind of a node. */
    private readonly rules: Record<number, (node: Node) => string | undefined>
    /** Operators that ask for an order. */
    private readonly orders: number[]
    private readonly assignment: number
    private readonly property: number

    constructor({ SyntaxKind, TypeFlags }: SyntaxOf, types: TypesOf) {
        this.types = types
        this.texts = TypeFlags.StringLike!
        this.assignment = SyntaxKind.EqualsToken!
        this.property = SyntaxKind.PropertyAccessExpression!
        this.orders = [
            SyntaxKind.LessThanToken!,
            SyntaxKind.LessThanEqualsToken!,
            SyntaxKind.GreaterThanToken!,
            SyntaxKind.GreaterThanEqualsToken!,
        ]
        this.rules = {
            [SyntaxKind.ThrowStatement!]: node => this.inThrow(node),
            [SyntaxKind.BinaryExpression!]: node => this.inOperation(node),
            [SyntaxKind.CallExpression!]: node => this.inCall(node),
            [SyntaxKind.ForInStatement!]: node => this.inLoop(node),
            [SyntaxKind.SpreadElement!]: node => this.inSpread(node),
            [SyntaxKind.ImportDeclaration!]: node => this.inImport(node),
        }
    }

    /** @returns what to do instead, in words; undefined for a node that is right */
    in(node: Node): string | undefined {
        return this.rules[node.kind]?.(node)
    }

    private inThrow({ expression }: Node): string | undefined {
        const bare = expression && this.bareName(this.typeOf(expression))
        return (
            bare &&
            `Throwing ${bare} damages the heap of the board; throw an Error.`
        )
    }

    private inOperation({
        left,
        right,
        operatorToken,
    }: Node): string | undefined {
        const { kind } = operatorToken!
        if (this.orders.includes(kind))
            return this.isText(left!) && this.isText(right!)
                ? `The VM knows no order of texts; ${COMPARE}.`
                : undefined
        return kind === this.assignment &&
            this.memberOf(left!) === "length" &&
            this.bareName(this.typeOf(left!.expression!))
            ? "Setting the length of an array damages the heap of the board; make a new array, or use pop or insert."
            : undefined
    }

    private inCall({ expression, arguments: values }: Node) {
        const name = this.memberOf(expression!)
        if (name === "sort" && values!.length === 0)
            return this.elementsOf(expression!.expression!).some(type =>
                this.isTextType(type)
            )
                ? `sort() without a function does not sort texts; ${COMPARE}.`
                : undefined
        if (name !== "reduce" || values!.length !== 1) return undefined
        return this.elementsOf(expression!.expression!).length > 0
            ? "reduce begins with undefined on the VM; give it a first value."
            : undefined
    }

    private inLoop({ expression }: Node): string | undefined {
        return this.elementsOf(expression!).length > 0
            ? "for ... in over an array ends the program on the VM; use for ... of."
            : undefined
    }

    private inSpread({ expression }: Node): string | undefined {
        return this.isText(expression!)
            ? "Only a list can be spread on the VM; use split of a text."
            : undefined
    }

    /** TypeScript looks only for what is imported by name. */
    private inImport(node: Node): string | undefined {
        const { text } = node.moduleSpecifier!
        const found = node.getSourceFile().resolvedModules?.get(text)
        return node.importClause || found
            ? undefined
            : `Cannot find module '${text}'.`
    }

    private typeOf(node: Node): Type {
        return this.types.getTypeAtLocation(node)
    }

    /** The name of a member, where one is accessed. */
    private memberOf({ kind, name }: Node): string | undefined {
        return kind === this.property ? name!.text : undefined
    }

    /** Whether a value is a text, or may be one. */
    private isText(node: Node): boolean {
        return this.isTextType(this.typeOf(node))
    }

    private isTextType(type: Type): boolean {
        return partsOf(type).some(({ flags }) => (flags & this.texts) !== 0)
    }

    /** Types of the elements, when a value is an array or may be one; none for another value. */
    private elementsOf(node: Node): Type[] {
        return partsOf(this.typeOf(node))
            .filter(type => this.isList(type))
            .flatMap(type => this.types.getTypeArguments(type))
    }

    private isList(type: Type): boolean {
        return this.types.isArrayType(type) || this.types.isTupleType(type)
    }

    /** What a value may be that must have no properties, in words; undefined for nothing of the kind. */
    private bareName(type: Type): string | undefined {
        const bare = partsOf(type).find(
            part => this.isList(part) || part.symbol?.name === "Buffer"
        )
        if (!bare) return undefined
        return this.isList(bare) ? "an array" : "a Buffer"
    }
}
