import { KEPT_MS, type Sample, type SampleColumns } from "../protocol.ts"

/** Most figures: a board may make names up. */
const MAX_FIGURES = 40

/** The figures of the last hour. */
export class Samples {
    private kept: Sample[] = []

    /** Keeps a sample. @returns it, with as many figures as are kept */
    add(at: number, values: Record<string, number>): Sample {
        const sample = {
            at,
            values: Object.fromEntries(
                Object.entries(values).slice(0, MAX_FIGURES)
            ),
        }
        this.kept.push(sample)
        while (this.kept[0]!.at <= at - KEPT_MS) this.kept.shift()
        return sample
    }

    columns(): SampleColumns {
        const names = new Set(
            this.kept.flatMap(({ values }) => Object.keys(values))
        )
        return {
            at: this.kept.map(({ at }) => at),
            values: Object.fromEntries(
                [...names].map(name => [
                    name,
                    this.kept.map(({ values }) => values[name] ?? null),
                ])
            ),
        }
    }
}
