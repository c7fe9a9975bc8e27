/**
 * The report of what the door `src/index.ts` exports, as text: each name with its declaration,
 * without bodies, comments and private members. It is kept in `src/index.api.txt`, so that a
 * change of the door is seen in a diff; `test/host/api.test.ts` holds it.
 *
 *     node --import ./host/register.js host/lint/api.ts     writes the file again
 */
import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Node, SourceFile } from "typescript/unstable/ast"
import {
    isClassDeclaration,
    isConstructorDeclaration,
    isFunctionDeclaration,
    isMethodDeclaration,
    isVariableDeclaration,
} from "typescript/unstable/ast/is"
import { API, SymbolFlags } from "typescript/unstable/sync"

/** Where the report is kept. */
export const API_REPORT = "src/index.api.txt"
const DOOR = "src/index.ts"
/** Longest value of a constant that is shown, in characters. */
const MAX_VALUE = 60

/** One exported name. */
interface Exported {
    name: string
    /** Its declaration, without bodies and comments. */
    signature: string
    /** Whether a doc comment explains it. */
    isDocumented: boolean
}

/** What the door exports, in the order of names. */
export function exportedNames(): Exported[] {
    const api = new API()
    try {
        const snapshot = api.updateSnapshot({ openProjects: ["tsconfig.json"] })
        const { program, checker } = snapshot.getProjects()[0]!
        const door = checker.getSymbolAtLocation(
            program.getSourceFile(resolve(DOOR))!
        )!
        return checker
            .getExportsOfModule(door)
            .map(symbol => {
                const meant =
                    symbol.flags & SymbolFlags.Alias
                        ? checker.getAliasedSymbol(symbol)
                        : symbol
                const node = meant.declarations[0]!.resolve()!
                return {
                    name: symbol.name,
                    signature: signatureOf(node),
                    isDocumented: isDocumented(node),
                }
            })
            .sort((a, b) => (a.name < b.name ? -1 : 1))
    } finally {
        api.close()
    }
}

/** The report of what is exported. */
export function apiReport(names: Exported[]): string {
    return names.map(({ signature }) => `${signature}\n`).join("\n")
}

function signatureOf(node: Node): string {
    if (isVariableDeclaration(node)) {
        const text = `const ${plain(textOf(node))}`
        return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)} …` : text
    }
    if (!isClassDeclaration(node)) return withoutBody(node)
    const members = node.members
        .map(withoutBody)
        .filter(text => !/^(@\w+\s+)*(private|declare) /.test(text))
    const head = plain(textOf(node).slice(0, node.members.pos - startOf(node)))
    return [head, ...members.map(text => `    ${text}`), "}"].join("\n")
}

/** The text of a declaration up to its body, without comments. */
function withoutBody(node: Node): string {
    const text = textOf(node)
    const body =
        isFunctionDeclaration(node) ||
        isMethodDeclaration(node) ||
        isConstructorDeclaration(node)
            ? node.body
            : undefined
    return plain(body ? text.slice(0, body.pos - startOf(node)) : text)
}

/** Without comments, `export` and empty lines. */
function plain(text: string): string {
    return text
        .replaceAll(/\/\*[^]*?\*\//g, "")
        .replaceAll(/^\s*\/\/.*$/gm, "")
        .replaceAll(/\n\s*\n+/g, "\n")
        .replace(/^export /, "")
        .trim()
}

function isDocumented(node: Node): boolean {
    let statement = node
    while (statement.parent && statement.parent.parent)
        statement = statement.parent
    const before = sourceOf(node).text.slice(statement.pos, startOf(statement))
    return before.trimEnd().endsWith("*/")
}

function textOf(node: Node): string {
    return sourceOf(node).text.slice(startOf(node), node.end)
}

function startOf(node: Node): number {
    return node.getStart(sourceOf(node))
}

function sourceOf(node: Node): SourceFile {
    let root = node
    while (root.parent) root = root.parent
    return root as SourceFile
}

if (process.argv[1] === fileURLToPath(import.meta.url))
    writeFileSync(API_REPORT, apiReport(exportedNames()))
