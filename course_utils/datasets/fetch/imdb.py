"""`python -m course_utils fetch imdb_reviews`: get the real reviews, check them, prepare them for tfds.

Large Movie Review Dataset v1.0: Maas et al. 2011, 25,000 reviews to train, 25,000 to test, 50,000 without a label.
"""

import collections
import contextlib
import hashlib
import http.client
import io
import lzma
import os
import shutil
import tarfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from ...files import DataError, require_space, staged

OFFICIAL_SHA256 = "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fe7008942e91923d1658fe0"
FOLDERS = [f"aclImdb/{split}/{side}" for split in ("train", "test") for side in ("pos", "neg")]
PER_FOLDER = 12_500
SECONDS = 30                       # a host that says nothing for so long has failed
MOST_BYTES = 2 * 10**9             # unpacked; the real one has 0.2


def fetch_imdb(archive: Path | None, url: str, target: Path) -> None:
    """Prepare the archive (a local file, or else downloaded from `url`) as the folder that
    `tfds.load("imdb_reviews", data_dir=target)` reads.

    Raises DataError, one line, if it cannot be had, is damaged, or is not what it should be; nothing half-made is left.
    """
    require_space(target.parent, megabytes=500)
    downloaded = archive is None
    if downloaded:
        archive = download(url, target.parent / "aclImdb_v1.tar.gz")
    try:
        check(archive)
    except DataError as error:
        if not downloaded:
            raise
        archive.unlink()           # complete but wrong: resuming it would never help
        raise DataError(f"What {url} sent was deleted: {error} "
                        "Give another --url, or --archive with a file you have.") from None
    prepare(archive, target)
    if downloaded:
        archive.unlink()


def download(url: str, target: Path) -> Path:
    """Fetch `url` to `target` with a progress bar.

    What an interrupted run has left is continued, from the same address only: two mirrors' bytes need not fit together.
    A file that is whole already is not fetched again.
    """
    if target.exists():
        return target
    part = target.with_name(f"{target.name}.{hashlib.sha256(url.encode()).hexdigest()[:8]}.part")
    have = part.stat().st_size if part.exists() else 0
    other = "Check the address, or give --url for a mirror, or --archive for a file you have."
    again = "Run the same command again to continue, or give --url for a mirror, or --archive for a file you have."
    try:
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            if have and answer.status != 206:              # the host begins anew
                have = 0
            total = have + int(answer.headers.get("Content-Length") or 0)
            with part.open("ab" if have else "wb") as out, \
                    tqdm(total=total or None, initial=have, unit="B", unit_scale=True, desc=target.name) as bar:
                while block := answer.read(1 << 18):
                    out.write(block)
                    bar.update(len(block))
        if total and part.stat().st_size != total:
            raise DataError(f"The download stopped at {part.stat().st_size:,} of {total:,} bytes. {again}")
    except urllib.error.HTTPError as error:
        if error.code != 416:                              # nothing left to fetch: the part is whole
            raise DataError(f"{url} answers {error.code} {error.reason}. {other}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = str(getattr(error, "reason", error)).partition("\n")[0] or type(error).__name__
        if "CERTIFICATE" in reason:
            other = ("This Python has no certificates: on macOS run 'Install Certificates.command' in its Applications "
                     "folder, or fetch the file with a browser and give it with --archive.")
        hopeless = isinstance(error, ValueError) or "unknown url type" in reason or "CERTIFICATE" in reason
        raise DataError(f"{url} cannot be fetched ({reason}). {other if hopeless else again}") from None
    os.replace(part, target)
    return target


def check(archive: Path) -> None:
    """Accept the official archive by its checksum, any other one by its structure."""
    try:
        with archive.open("rb") as file:
            official = hashlib.file_digest(file, "sha256").hexdigest() == OFFICIAL_SHA256
    except OSError as error:
        raise DataError(f"{archive} cannot be read ({error.strerror}). "
                        "Give the path of aclImdb_v1.tar.gz after --archive.") from None
    if official:
        print("Checksum: the official archive.")
        return
    counts, size = collections.Counter(), 0
    try:
        with tarfile.open(archive) as members:
            for member in tqdm(members, unit=" files", desc="Checking", leave=False):
                path = PurePosixPath(member.name.replace("\\", "/"))
                outside = path.is_absolute() or ".." in path.parts or ":" in member.name
                if outside or not (member.isfile() or member.isdir()):
                    raise DataError(f"{archive} holds {member.name!r}, which could write outside its folder. "
                                    "It is not the IMDB archive; nothing was unpacked.")
                size += member.size
                if size > MOST_BYTES:
                    raise DataError(f"{archive} unpacks to more than {MOST_BYTES // 10**9} GB. "
                                    "It is not the IMDB archive; nothing was unpacked.")
                counts[str(path.parent)] += member.isfile()
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(":")
        raise DataError(f"{archive} is damaged or incomplete ({reason}). Get it again.") from None
    wrong = [f"{folder} holds {counts[folder]:,} files" for folder in FOLDERS if counts[folder] != PER_FOLDER]
    if wrong:
        raise DataError(f"{archive} is not the IMDB archive, aclImdb_v1.tar.gz: {wrong[0]}, {PER_FOLDER:,} expected.")
    if not counts["aclImdb/train/unsup"]:
        raise DataError(f"{archive} is not the IMDB archive, aclImdb_v1.tar.gz: aclImdb/train/unsup is missing.")
    print("Not the official archive by its checksum, but the right structure: four folders of 12,500 reviews.")


def prepare(archive: Path, target: Path) -> None:
    """Build tfds's `imdb_reviews` from the archive, which is read as it lies; `target` appears when done."""
    from ...runtime import quiet_stderr

    with quiet_stderr():
        import tensorflow  # noqa: F401  (tfds would import it later, with all its messages)
        import tensorflow_datasets as tfds

    class Local(tfds.builder_cls("imdb_reviews"), skip_registration=True):
        name = "imdb_reviews"

        def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterator]:
            class Given:
                download = staticmethod(lambda url: archive)
                iter_archive = staticmethod(dl_manager.iter_archive)
            return super()._split_generators(Given)

        def _generate_examples(self, archive: Iterator, directory: str, labeled: bool = True) -> Iterator:
            desc = f"Preparing {os.path.basename(directory) if labeled else 'unsupervised'}"
            return tqdm(super()._generate_examples(archive, directory, labeled), unit=" reviews", desc=desc,
                        total=25_000 if labeled else 50_000)

    tfds.disable_progress_bar()
    with staged(target) as staging:
        with contextlib.redirect_stdout(io.StringIO()):
            Local(data_dir=staging).download_and_prepare(
                download_dir=staging / "downloads",
                download_config=tfds.download.DownloadConfig(try_download_gcs=False))
        shutil.rmtree(staging / "downloads", ignore_errors=True)
