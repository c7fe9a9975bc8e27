/**
 * What the DeviceScript compiler asks in place of its own code, so that a process that compiles
 * again does only what the change asks for:
 *
 * - a file whose text is the same is not parsed again;
 * - errors of type are looked for in the files that a change can reach, and not in the tool's own
 *   libraries, which come with it; so is what the VM cannot stand (vm-traps.ts);
 * - whether an expression lacks its `await` is asked again only in those files;
 * - the full name of a symbol is made once, and what a node names is looked up once in a
 *   compilation, not at each use;
 * - which conditions must be compared with 0, and which operands of `%` are integers (conditions.ts);
 * - what advice for other programs stands in an error;
 * - what it cannot compile is an error in words (language-errors.ts), and not an assertion with a
 *   stack trace.
 *
 * The compiler notes things on symbols and nodes, which live on with their file: those notes are
 * kept aside and dropped when a compilation begins.
 */
import { createHash } from "node:crypto"
import { resolve } from "node:path"
import { isInteger, mayBeFraction } from "./conditions.ts"
import { importCircle } from "./import-circle.ts"
import {
    languageError,
    mayComeTooEarly,
    missingName,
    typeError,
} from "./language-errors.ts"
import type { Node, SourceFile, SyntaxOf, TypesOf } from "./syntax.ts"
import { findTraps } from "./vm-traps.ts"

/** How the bundle's text calls the hooks. */
export const HOOKS = "globalThis.fiberdCompiler"

/** What the compiler notes on symbols and nodes of TypeScript. */
const NOTES = [
    "__ds_cell",
    "__ds_const_val",
    "__ds_folded",
    "__ds_srcidx",
    "__ds_srcoffset",
]
/** Most arguments of a call on the VM. */
const MOST_ARGUMENTS = 8
const LIBRARY = /(^|[/\\])node_modules[/\\]@devicescript[/\\]/

interface TypeScriptProgram {
    getSourceFiles(): SourceFile[]
    getTypeChecker(): TypesOf
}

/** A program that remembers which of its files were checked, and checks only the others. */
interface CheckedProgram {
    getSemanticDiagnosticsOfNextAffectedFile(
        token: undefined,
        ignore: (file: SourceFile) => boolean
    ): object | undefined
    getSemanticDiagnostics(file: SourceFile): Diagnostic[]
}

/** An error, in a text or in a chain of them. */
interface Diagnostic {
    messageText: string | object
}

/** The parts of TypeScript 4.9 that are used; the tool has it inside. */
interface TypeScript extends SyntaxOf {
    createSourceFile(
        file: string,
        text: string,
        version: number,
        setParentNodes: boolean
    ): SourceFile
    createSemanticDiagnosticsBuilderProgram(
        program: TypeScriptProgram,
        host: object,
        before: CheckedProgram | undefined
    ): CheckedProgram
}

interface Checker {
    getFullyQualifiedName(symbol: object): string
    getSymbolAtLocation(node: object): object | undefined
}

interface Expression {
    getSourceFile(): SourceFile
}

/** Puts the hooks where the bundle looks for them. */
export function installHooks(): void {
    Object.assign(globalThis, { fiberdCompiler: new CompilerHooks() })
}

/** What the bundle calls, by the names in bundle.ts, and what is known from earlier compilations. */
class CompilerHooks {
    /** Files by name, as they were parsed last. */
    private readonly files = new Map<string, SourceFile>()
    private checked: CheckedProgram | undefined
    /** Full names of symbols. */
    private readonly names = new WeakMap<object, string>()
    /** Expressions that are no promise, by file; of files whose types may be others now, none. */
    private readonly plain = new Map<string, WeakSet<object>>()
    /** What the VM cannot stand, by file; kept as long. */
    private readonly traps = new Map<string, object[]>()
    /** The files of the program, by absolute paths. */
    private sources = new Map<string, SourceFile>()
    /** Names that the program does not have, as TypeScript has told. */
    private readonly missing = new Set<string>()
    private readonly resetNotes = keepNotesAside()

    begin(): void {
        this.resetNotes()
    }

    parse(
        ts: TypeScript,
        name: string,
        text: string,
        version: number
    ): SourceFile {
        const kept = this.files.get(name)
        if (kept?.text === text) return kept
        const file = ts.createSourceFile(name, text, version, true)
        file.version = hash(text)
        this.files.set(name, file)
        return file
    }

    /** @returns all errors of the program's own files */
    check(ts: TypeScript, program: TypeScriptProgram): object[] {
        const checked = this.checkChanged(ts, program)
        const types = program.getTypeChecker()
        this.missing.clear()
        const files = program.getSourceFiles()
        this.sources = new Map(
            files.map(file => [resolve(file.fileName), file])
        )
        return files
            .filter(file => !isLibrary(file))
            .flatMap(file => [
                ...checked
                    .getSemanticDiagnostics(file)
                    .map(error => this.forTheVm(error)),
                ...this.trapsIn(ts, types, file),
            ])
    }

    /** An error in words that help on a board. */
    private forTheVm(error: Diagnostic): Diagnostic {
        const { messageText } = error
        if (typeof messageText !== "string") return error
        const name = missingName(messageText)
        if (name !== undefined) this.missing.add(name)
        return { ...error, messageText: typeError(messageText) }
    }

    /** Checks the files that a change can reach, and forgets what was known of them. */
    private checkChanged(
        ts: TypeScript,
        program: TypeScriptProgram
    ): CheckedProgram {
        const checked = ts.createSemanticDiagnosticsBuilderProgram(
            program,
            { useCaseSensitiveFileNames: () => true, createHash: hash },
            this.checked
        )
        this.checked = checked
        const forget = (file: SourceFile) => {
            this.plain.delete(file.fileName)
            this.traps.delete(file.fileName)
            return isLibrary(file)
        }
        while (
            checked.getSemanticDiagnosticsOfNextAffectedFile(undefined, forget)
        );
        return checked
    }

    private trapsIn(
        ts: TypeScript,
        types: TypesOf,
        file: SourceFile
    ): object[] {
        let found = this.traps.get(file.fileName)
        if (!found)
            this.traps.set(file.fileName, (found = findTraps(ts, types, file)))
        return found
    }

    remember(checker: Checker): Checker {
        const { getSymbolAtLocation } = checker
        const symbols = new Map<object, object | undefined>()
        checker.getSymbolAtLocation = node => {
            let symbol = symbols.get(node)
            if (symbol || symbols.has(node)) return symbol
            symbol = getSymbolAtLocation(node)
            symbols.set(node, symbol)
            return symbol
        }
        return checker
    }

    isPromise(expression: Expression, ask: () => boolean): boolean {
        const { fileName } = expression.getSourceFile()
        let known = this.plain.get(fileName)
        if (known?.has(expression)) return false
        if (ask()) return true
        if (!known) this.plain.set(fileName, (known = new WeakSet()))
        known.add(expression)
        return false
    }

    /** Whether a condition is a number that may be none of the VM's integers, by its type. */
    mayBeFraction(ts: SyntaxOf, types: TypesOf, condition: Node): boolean {
        return mayBeFraction(ts, types, condition)
    }

    /** Whether an expression is surely one of the VM's integers. */
    isInteger(ts: SyntaxOf, expression: Node): boolean {
        return isInteger(ts, expression)
    }

    /** @throws Error for more arguments than a call can have; the format of a text is one of them */
    checkArguments(count: number): void {
        if (count <= MOST_ARGUMENTS) return
        const error = new Error(
            `A call takes at most ${MOST_ARGUMENTS} arguments on the VM, and a text at most ${MOST_ARGUMENTS - 1} values; pass an object or a list, or make the text of two.`
        )
        // marks an error of the program; without a node, it is at the statement
        throw Object.assign(error, { sourceNode: null })
    }

    /** What an error of the compiler means to who writes the program; undefined when it is told. */
    inWords(message: string, file: SourceFile): string | undefined {
        const words = languageError(message, this.missing)
        if (words === undefined || !mayComeTooEarly(message)) return words
        const circle = importCircle(file, this.sources)
        return circle
            ? `${words} Imports lead in a circle here (${circle.join(", ")}): a file may run before what it uses.`
            : words
    }

    internalError({ message }: Error): string {
        return `The DeviceScript compiler cannot compile this (${message}); write it another way.`
    }

    fullName(checker: Checker, symbol: object): string {
        let name = this.names.get(symbol)
        if (name === undefined)
            this.names.set(
                symbol,
                (name = checker.getFullyQualifiedName(symbol))
            )
        return name
    }
}

function isLibrary({ fileName }: SourceFile): boolean {
    return LIBRARY.test(fileName)
}

/** @returns how to drop all notes */
function keepNotesAside(): () => void {
    const notes = NOTES.map(name => {
        const note = { values: new Map<object, unknown>() }
        Object.defineProperty(Object.prototype, name, {
            configurable: true,
            get(this: object) {
                return note.values.get(this)
            },
            set(this: object, value: unknown) {
                note.values.set(this, value)
            },
        })
        return note
    })
    return () => {
        for (const note of notes) note.values = new Map()
    }
}

function hash(text: string): string {
    return createHash("sha1").update(text).digest("hex")
}
