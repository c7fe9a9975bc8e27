import {
    cpSync,
    existsSync,
    readdirSync,
    readFileSync,
    statSync,
    writeFileSync,
} from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { UsageError } from "../errors.ts"
import { makeFolder, withPath } from "../files.ts"
import { version } from "../version.ts"

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url))
const TEMPLATE = join(PACKAGE, "template")
/** Folders of fiberd's that are taken from the project's own folder only: by the tool, and for `--board`. */
const COPIED = ["services", "boards"]
/** npm leaves files of these names out of a package, so the template has them without the dot. */
const DOTTED = new Set(["gitignore", "env.defaults"])
/** What npm takes as the name of a package, as far as a folder is likely to have it. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/

/**
 * Makes a project of the template.
 * @returns its files, without those of services/ and boards/
 * @throws UsageError for a folder that is not empty, or whose name npm does not take
 */
export function makeProject(folder: string): string[] {
    // the files would replace those of the working directory
    if (!folder) throw new UsageError("the folder of the project is wanted")
    const name = basename(resolve(folder))
    if (!NAME.test(name))
        throw new UsageError(
            `"${name}" cannot be the name of a project: wanted lower-case letters, digits, ".", "_" and "-"`
        )
    makeFolder(folder)
    const found = withPath(folder, () => readdirSync(folder))
    // a repository that has just been made or cloned
    if (found.some(name => name !== ".git"))
        throw new UsageError(`"${folder}" is not empty`)
    const words = { NAME: name, FIBERD: ownPlace(folder), ...toolVersions() }
    const files = filesOf(TEMPLATE).map(path =>
        write(folder, path, fill(join(TEMPLATE, path), words))
    )
    for (const name of COPIED)
        cpSync(join(PACKAGE, name), join(folder, name), { recursive: true })
    return files
}

/**
 * What the project depends on: what this tool itself was installed from, be it a checkout, a file
 * of `npm pack`, a git repository, an address of a file or a registry.
 */
function ownPlace(folder: string): string {
    const from = (path: string) => `file:${relative(resolve(folder), path)}`
    const modules = dirname(PACKAGE)
    if (basename(modules) !== "node_modules") return from(PACKAGE)
    const source = installedFrom(modules)
    if (source?.startsWith("file:"))
        return from(resolve(dirname(modules), source.slice("file:".length)))
    // all registries have their files below /-/
    return source === undefined || source.includes("/-/")
        ? `^${version()}`
        : source
}

/** Where npm took this package from, by the list that it keeps of a node_modules folder. */
function installedFrom(modules: string): string | undefined {
    const list = join(modules, ".package-lock.json")
    if (!existsSync(list)) return undefined
    const { packages } = JSON.parse(readFileSync(list, "utf8")) as {
        packages: Record<string, { resolved?: string } | undefined>
    }
    return packages[`node_modules/${basename(PACKAGE)}`]?.resolved
}

/** The versions of the tools that this version of fiberd is tested with. */
function toolVersions() {
    const { dependencies, devDependencies } = JSON.parse(
        readFileSync(join(PACKAGE, "package.json"), "utf8")
    ) as Record<string, Record<string, string>>
    return {
        DEVICESCRIPT: dependencies!["@devicescript/cli"]!,
        TYPESCRIPT: devDependencies!["typescript"]!,
    }
}

function filesOf(folder: string): string[] {
    return (readdirSync(folder, { recursive: true }) as string[]).filter(path =>
        statSync(join(folder, path)).isFile()
    )
}

function fill(file: string, words: Record<string, string>): string {
    const text = readFileSync(file, "utf8")
    return text.replaceAll(
        /\b(NAME|FIBERD|DEVICESCRIPT|TYPESCRIPT)\b/g,
        word => words[word]!
    )
}

/** @returns the path that the file has in the project */
function write(folder: string, path: string, text: string): string {
    const name = basename(path)
    const place = DOTTED.has(name) ? join(dirname(path), `.${name}`) : path
    const target = join(folder, place)
    withPath(target, () => {
        if (!existsSync(dirname(target))) makeFolder(dirname(target))
        writeFileSync(target, text)
    })
    return place
}
