/**
 * Signed settings files, read on both sides: `host/ota` and `src/ota` must find in them what is
 * here. Made by `fiberctl ota sign`.
 */

/** The board that the files are for. */
export const OTA_DEVICE = "8f3a6c1d20b94e75"
/** `OTA_KEY` of that board. */
export const OTA_KEY =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
/** `OTA_PUBKEY` of the fleet. */
export const OTA_PUBKEY =
    "AAAACgAAAAjLrXKZWyLUJx+4ffF1LGF+F50FSG9dQt6whydJRklWluY9gIy3hanU"
/** Another key of each kind. */
export const OTHER_KEY =
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
export const OTHER_PUBKEY =
    "AAAACgAAAAgpBJ1BRCGW+vkQPQ7DSDKa4NiO7GQok8LwoMtU0lNYzNcQEbzxJka3"
/** Devices and their places in a rollout. */
export const OTA_SHARES: Record<string, number> = {
    "8f3a6c1d20b94e75": 82,
    "0000000000000000": 33,
    ffffffffffffffff: 59,
    "0123456789abcdef": 61,
}

/** What the files carry. */
export const OTA_BODY = [
    "# the weather station on the roof, above the Küche",
    "HOSTNAME=roof-3",
    'LOG_LEVEL="info debug@net"',
    "HB_PERIOD=10s",
    "",
    "SYSLOG_HOST=192.0.2.7 # the collector",
    "SYSLOG_LEVEL=notice",
    "FLUSH_TIME=2m",
    "",
].join("\n")

/** A file, and what reports call it. */
export interface OtaVector {
    kind: string
    version: number
    hash: string
    text: string
}

export const OTA_VECTORS: OtaVector[] = [
    {
        kind: "hmac",
        version: 7,
        hash: "0d1ba598f00f3b33",
        text: [
            "#ota version=7 device=8f3a6c1d20b94e75",
            "#ota hmac=62f3a3253770ea8a83505798f6c0bdcc5d53e98c05488c1a021a17c4fc06c972",
            "# the weather station on the roof, above the Küche",
            "HOSTNAME=roof-3",
            'LOG_LEVEL="info debug@net"',
            "HB_PERIOD=10s",
            "",
            "SYSLOG_HOST=192.0.2.7 # the collector",
            "SYSLOG_LEVEL=notice",
            "FLUSH_TIME=2m",
            "",
        ].join("\n"),
    },
    {
        kind: "lms",
        version: 8,
        hash: "0d1ba598f00f3b33",
        text: [
            "#ota version=8 share=100%",
            "#ota lms=AAAACAAAAAgPmi59KLdpeA8tOHNOVmRmkDRHjWk/ydf+w9BP3tV279Kltvg0yoQS1FDSJl9BDvHJ0dFS/fKfqMHx8g/RAQ8TmJTaGT76AkH/XfDII+cWPS1oZWBkDsJG",
            "#ota more=ypuw7bTq29h6tQgb5YGYNN+hGEZuqozJ16HfY71ilOAkBV2pCfPz/frRUEc0RFHkbAhLoostXreA08+chCokfBfCF4IrvbGsozlrhiYGZQfP3hszadV89FjYMi/pQmlB",
            "#ota more=cmtTrbp9+eafpI/I3kncuYRZFrvFKqvDQEY4YAuMTK6EHgnVun5RXcroO9eKyaQKduAxWSa2zuPdaGDM/gRAA3vqqoBknhWIFHavcxQmGnpMOZBAeJW2Mb//Nm5Um6yl",
            "#ota more=Nt+cSCKwIiHLoaSrz4gYYRbCOgjemYRd8T0Sdn+Q7LMVWrpy1GT863rKoY+j1CVaNJh7pAalV8nEPlxekwfTOucMEvJaIed9DW43EN0VXI7Hz94WFMBo2yjYGqlb+92u",
            "#ota more=EnadVDu2DyFDDYs3nnRpKAaFQb/A1vF/+Rt/1NP61EoxxM5l9QBWXZ06kmu+JXC8O6JIC8zNEr28raxVW8A2iio8pmZsdf7nwm20SR4ab2B1SwNNIFqMR6pQbMi8upej",
            "#ota more=m0sgxbq78ZCEJEuy1U8KXUcAL2d70cJ9cKUtA5ItuR5jbgmW7HvCTFhl5wr0KCqAwfLa1NxzKHK+9C5/YMMJeGPFUeCMPr5LahiogPTB8SGiJ2kLzWqglzdsq8Is0E4m",
            "#ota more=u7JvwUZ5EJ2gW14r4QLyZhoyXMNFDe0LF2BG1EbChKRcXr5EKcu59wsDexFgf6/5AQXyK5wt+JStEErSINuBeACTzkb6jA00pl107Mrn/aoAAAAK/pellX1YjhiCBZlA",
            "#ota more=gq9NpCtPnPxPJURnzYQPzoOjMcxseyjL8MLh0Lo1Q5ae5J1eZcXdPKL+pIsd9tQybzBpbiDPEKPz0dDuYNiSbiS1MuNlSgMvIUB8yVfiEk7dQFcznfDKuwjKkIR8StJa",
            "#ota more=Qpuv1Hx5MCzB1Bkv",
            "# the weather station on the roof, above the Küche",
            "HOSTNAME=roof-3",
            'LOG_LEVEL="info debug@net"',
            "HB_PERIOD=10s",
            "",
            "SYSLOG_HOST=192.0.2.7 # the collector",
            "SYSLOG_LEVEL=notice",
            "FLUSH_TIME=2m",
            "",
        ].join("\n"),
    },
    {
        kind: "sealed",
        version: 9,
        hash: "fdd2c7e7011b573b",
        text: [
            "#ota version=9 device=8f3a6c1d20b94e75 seal=72893761f90d84d5dd49b294",
            "#ota hmac=a174c60c4b75cdf9ff513cf03eac5d574607256863022f14b5d90d2a3763cdde",
            "JQoCK/0I6U62zTlyaSsErNtFHUiqUshtWr8JMYcT4WgMb6CeKqe6+Q6l6nXzCTHSwjXxfiHqZv31ykY1GvaO9a2TH/66bCC2O0dgg8fQMR1wmTJeYy60p02KaundYMFjGANEATBeGd732smueMBd1K4d1f6HY1S/WybDIvhYXGiQTRJTSw+NbxdZqRPlXlK7",
            "DlB9BF47FxT/ujhPcNESUxdCqc59xCqRrirueeSZa5eLMWdr2DHvbw5GJiNP+hg/tCM/1ztTSQaEdGJ+8rHSCQtQGZf3cA==",
            "",
        ].join("\n"),
    },
]
