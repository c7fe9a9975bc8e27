import { CODE_LIMIT, type ProgramImage, readImage } from "../lib/image.ts"
import { buildFolder, uncalledMethods } from "../../host/sim/index.ts"
import { type Table, table } from "../lib/table.ts"
import { budget } from "./budget.ts"

/** The programs whose size is reported, by what they represent. */
export const SIZE_PROGRAMS = {
    "reference firmware": "src/main.ts",
    "without the remote service": "bench/programs/size-unattended.ts",
    "settings of the build only, without the remote service":
        "bench/programs/size-fixed.ts",
    "without a network": "bench/programs/size-local.ts",
    "tasks only": "bench/programs/size-tasks.ts",
    "logging only": "bench/programs/size-log.ts",
    "empty program": "bench/programs/empty.ts",
}

/** Bytes of one program, as `bench/results` keeps them. */
export interface SizeResult {
    main: string
    /** Where the code ends; `CODE_LIMIT` is the VM's. */
    codeEnd: number
    room: number
    functions: number
    totalBytes: number
    /** Bytes of code by folder, the largest first. */
    modules: Record<string, number>
}

/** @throws with the compiler's messages when the program does not compile */
export async function measureSize(main: string): Promise<SizeResult> {
    const image = await readImage(main)
    return {
        main,
        codeEnd: image.codeEnd,
        room: CODE_LIMIT - image.codeEnd,
        functions: image.functions.length,
        totalBytes: image.totalBytes,
        modules: byModule(image),
    }
}

/** Code of each program, and of the reference firmware by folder; a text is the build's error. */
export async function runSize(): Promise<{
    results: Record<string, SizeResult | string>
    tables: Table[]
}> {
    const results: Record<string, SizeResult | string> = {}
    for (const [name, main] of Object.entries(SIZE_PROGRAMS))
        results[name] = await measureSize(main).catch(
            (error: Error) => error.message
        )
    const tables = [
        table(
            `Size: code in bytes; the VM takes ${CODE_LIMIT}, src/main.ts may use ${budget().code}`,
            ["program", "code", "room", "functions", "whole image"],
            Object.entries(results).map(([name, result]) => row(name, result))
        ),
    ]
    const firmware = results["reference firmware"]
    if (typeof firmware === "object")
        tables.push(
            table(
                "Size of the reference firmware by folder",
                ["folder", "code"],
                Object.entries(firmware.modules)
            )
        )
    const uncalled = await uncalledMethods(
        buildFolder("src/main.ts", true, undefined)
    )
    tables.push(
        table(
            "Methods that the reference firmware links, but nobody calls",
            ["method", "file"],
            (uncalled ?? []).map(({ owner, name, path }) => [
                `${owner}.${name}`,
                path,
            ])
        )
    )
    return { results, tables }
}

function row(name: string, result: SizeResult | string): (string | number)[] {
    if (typeof result === "string")
        return [name, result.split("\n")[0], "-", "-", "-"]
    const { codeEnd, room, functions, totalBytes } = result
    return [name, codeEnd, room, functions, totalBytes]
}

function byModule(image: ProgramImage): Record<string, number> {
    const sums = new Map<string, number>()
    for (const { file, bytes } of image.functions) {
        const name = moduleOf(file)
        sums.set(name, (sums.get(name) ?? 0) + bytes)
    }
    return Object.fromEntries([...sums].sort((a, b) => b[1] - a[1]))
}

/** The folder of a source file; a library counts as one, files directly in `src` by name. */
function moduleOf(file: string): string {
    const parts = file.split("/")
    if (parts[0] === "node_modules") return parts.slice(1, 3).join("/")
    const folder = parts.slice(0, -1).join("/")
    return folder === "src" ? file : folder
}
