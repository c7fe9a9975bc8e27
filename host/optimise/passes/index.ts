import type { RawImage } from "../image.ts"
import type { Program } from "../program.ts"

export interface Pass {
    name: string
    run: (program: Program, raw: RawImage) => void
}

export const passes: readonly Pass[] = []
