// The parts of TypeScript 4.9 that the hooks of the compiler use; the tool has it inside.

export interface Node {
    kind: number
    pos: number
    end: number
    expression?: Node
    arguments?: Node[]
    left?: Node
    right?: Node
    operatorToken?: Node
    name?: { text: string }
    importClause?: Node
    moduleSpecifier?: { text: string }
    getStart(file: object): number
    getSourceFile(): SourceFile
}

export interface SourceFile {
    fileName: string
    text: string
    /** Identifies the text; TypeScript's builder finds changed files by it. */
    version?: string
    /** What its imports lead to. */
    resolvedModules?: {
        get(name: string): object | undefined
        forEach(
            see: (module: { resolvedFileName: string } | undefined) => void
        ): void
    }
}

export interface Type {
    flags: number
    types?: Type[]
    symbol?: { name: string }
}

export interface SyntaxOf {
    SyntaxKind: Record<string, number>
    TypeFlags: Record<string, number>
    forEachChild(node: object, visit: (node: Node) => void): void
}

/** The parts of its type checker. */
export interface TypesOf {
    getTypeAtLocation(node: object): Type
    getTypeArguments(type: Type): Type[]
    isArrayType(type: Type): boolean
    isTupleType(type: Type): boolean
}

/** The types that a value of this type may have. */
export function partsOf(type: Type): Type[] {
    return type.types ? type.types.flatMap(partsOf) : [type]
}
