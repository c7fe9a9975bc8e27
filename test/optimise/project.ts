/** A project on the disk, for what asks TypeScript: the program that is compiled is its one file. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { projectTypes, type Types } from "../../host/optimise/index.ts"
import { PROGRAM } from "./compiler.ts"

export class Project {
    private readonly folder = mkdtempSync(join(tmpdir(), "fiberd-types-"))

    /** Puts a program into the project. */
    async typesOf(source: string): Promise<Types> {
        const file = join(this.folder, PROGRAM)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, source)
        const config = join(this.folder, "tsconfig.json")
        const compilerOptions = {
            target: "es2022",
            strictNullChecks: false,
            noEmit: true,
        }
        writeFileSync(
            config,
            JSON.stringify({ compilerOptions, include: [PROGRAM] })
        )
        const types = await projectTypes(config)
        assert.ok(types)
        return types
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true })
    }
}
