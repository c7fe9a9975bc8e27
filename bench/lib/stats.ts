/** Several measurements of the same thing, with their spread. */
export interface Sample {
    median: number
    min: number
    max: number
    runs: number
}

/** @throws RangeError for no values */
export function sample(values: number[]): Sample {
    if (!values.length) throw new RangeError("a sample of no values")
    const sorted = [...values].sort((a, b) => a - b)
    const middle = sorted.length >> 1
    const median =
        sorted.length % 2
            ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2
    return {
        median,
        min: sorted[0],
        max: sorted[sorted.length - 1],
        runs: sorted.length,
    }
}

/** The spread as text: from the smallest to the largest, in percent of the median. */
export function spreadText({ median, min, max }: Sample): string {
    const part = (value: number) => Math.round((value / median - 1) * 100)
    return `${part(min)}% to +${part(max)}%`
}
