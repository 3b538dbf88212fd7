/**
 * The official checkpoints. Files are not shipped: their owners distribute them. Written here is what the sources state;
 * what they do not state (a checksum, a size) is absent.
 */

export interface OfficialCheckpoint {
  /** As `--weights` takes it. */
  readonly name: string;
  readonly model: string;
  /** The page that publishes it. */
  readonly source: string;
  readonly licence: string;
  /** Where it downloads from; null where the page only links to a site that needs a browser. */
  readonly url: string | null;
  /** Ending of its file: ".pt" or ".pth". */
  readonly extension: string;
  /** Bytes, where known. */
  readonly bytes: number | null;
  /** Where published. */
  readonly sha256: string | null;
}

/** OpenAI's addresses hold the file's SHA-256, which its own loader verifies (clip/clip.py _download). */
function openai(name: string, model: string, file: string, sha256: string, bytes: number): OfficialCheckpoint {
  return {
    name,
    model: `OpenAI CLIP ${model}`,
    source: "https://github.com/openai/CLIP",
    licence: "MIT (the repository's)",
    url: `https://openaipublic.azureedge.net/clip/models/${sha256}/${file}`,
    extension: ".pt",
    bytes,
    sha256,
  };
}

/** X-CLIP's model zoo: release files of github.com/nbl97/X-CLIP_Model_Zoo, or a Google Drive page. */
function xclip(name: string, model: string, file: string | null): OfficialCheckpoint {
  return {
    name: `xclip-${name}`,
    model: `X-CLIP ${model}`,
    source: "https://github.com/microsoft/VideoX/tree/master/X-CLIP",
    licence: "MIT (the repository's)",
    url: file ? `https://github.com/nbl97/X-CLIP_Model_Zoo/releases/download/v1.0/${file}.pth` : null,
    extension: ".pth",
    bytes: null,
    sha256: null,
  };
}

/** ViFi-CLIP's model zoo: SharePoint pages. */
function vificlip(name: string, model: string): OfficialCheckpoint {
  return {
    name: `vificlip-${name}`,
    model: `ViFi-CLIP ViT-B/16 ${model}`,
    source: "https://github.com/muzairkhattak/ViFi-CLIP",
    licence: "none stated (the repository has no licence file)",
    url: null,
    extension: ".pth",
    bytes: null,
    sha256: null,
  };
}

const SHOTS = [2, 4, 8, 16] as const;

export const OFFICIAL: readonly OfficialCheckpoint[] = [
  openai(
    "clip-vit-b-32",
    "ViT-B/32",
    "ViT-B-32.pt",
    "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
    353_976_522,
  ),
  openai(
    "clip-vit-b-16",
    "ViT-B/16",
    "ViT-B-16.pt",
    "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
    350_837_078,
  ),
  openai(
    "clip-vit-l-14",
    "ViT-L/14",
    "ViT-L-14.pt",
    "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
    932_768_134,
  ),
  openai(
    "clip-vit-l-14-336",
    "ViT-L/14@336px",
    "ViT-L-14-336px.pt",
    "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
    934_088_680,
  ),
  xclip("k400-b-32-8", "ViT-B/32, 8 frames, Kinetics-400", "k400_32_8"),
  xclip("k400-b-32-16", "ViT-B/32, 16 frames, Kinetics-400", "k400_32_16"),
  xclip("k400-b-16-8", "ViT-B/16, 8 frames, Kinetics-400", "k400_16_8"),
  xclip("k400-b-16-16", "ViT-B/16, 16 frames, Kinetics-400", "k400_16_16"),
  xclip("k400-l-14-8", "ViT-L/14, 8 frames, Kinetics-400", null),
  xclip("k400-l-14-336-16", "ViT-L/14@336, 16 frames, Kinetics-400", null),
  xclip("k600-b-16-8", "ViT-B/16, 8 frames, Kinetics-600", "k600_16_8"),
  xclip("k600-b-16-16", "ViT-B/16, 16 frames, Kinetics-600", "k600_16_16"),
  xclip("k600-l-14-8", "ViT-L/14, 8 frames, Kinetics-600", null),
  ...SHOTS.map((k) => xclip(`hmdb-${k}-shot`, `ViT-B/16, 32 frames, HMDB51, ${k} shots`, `few_hmdb_${k}`)),
  ...SHOTS.map((k) => xclip(`ucf-${k}-shot`, `ViT-B/16, 32 frames, UCF101, ${k} shots`, `few_ucf_${k}`)),
  xclip("zero-shot", "ViT-B/16, 32 frames, zero-shot", "zero"),
  vificlip("k400-16", "16 frames, Kinetics-400"),
  vificlip("zero-shot", "32 frames, Kinetics-400, zero-shot"),
  ...SHOTS.map((k) => vificlip(`hmdb-${k}-shot`, `32 frames, HMDB51, ${k} shots`)),
  ...SHOTS.map((k) => vificlip(`ucf-${k}-shot`, `32 frames, UCF101, ${k} shots`)),
];

/** The official checkpoint of a name. */
export function officialCheckpoint(name: string): OfficialCheckpoint | undefined {
  return OFFICIAL.find((entry) => entry.name === name);
}
