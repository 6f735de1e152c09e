"""The desk at which the operator sits: terminal, language, and what all steps share.

Everything that a step of the ceremony needs from its surroundings is in one `Desk`, so
that each step reads as what is said, asked and done.
"""

import errno
import hmac
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from crypto.entropy import Entropy
from crypto.errors import AuthenticationError, MalformedError
from crypto.sealed_secret import Argon2idProfile
from deploy.keys import texts
from deploy.keys.files import TakenError, refuse_taken
from deploy.keys.machine import Machine
from deploy.keys.mode import Mode
from deploy.keys.terminal import Terminal
from deploy.keys.texts import KeysError, Text
from protocol.codename import word_list
from protocol.errors import WeakPassphraseError
from protocol.languages import Language
from protocol.passphrase import check_passphrase

PROPOSED_WORDS: Final = 7
"""77 random bits."""

TRIES: Final = 3
MAX_FILE_BYTES: Final = 2**21
_INDEX_BYTES: Final = 2
_Opened = TypeVar("_Opened")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Terminal, language and effects."""

    terminal: Terminal
    language: Language
    mode: Mode
    entropy: Entropy
    now: Callable[[], datetime]
    profile: Argon2idProfile

    # --- Saying and asking ---------------------------------------------------

    def words(self, text: Text, **values: object) -> str:
        """Give a text in the operator's language."""
        return text.into(self.language, **values)

    def say(self, text: Text, **values: object) -> None:
        """Show a text, and an empty line behind it."""
        self.terminal.say(self.words(text, **values))
        self.terminal.show("")

    def line(self, text: Text, **values: object) -> None:
        """Show a text alone."""
        self.terminal.say(self.words(text, **values))

    def wait(self, text: Text = texts.ENTER) -> None:
        """Go on when Enter is pressed."""
        self.terminal.ask(self.words(text))
        self.terminal.show("")

    def is_agreed(self, question: Text) -> bool:
        """Ask for yes or no, in any of the three languages."""
        prompt = self.words(texts.YES_OR_NO, question=self.words(question))
        while True:
            answer = self.terminal.ask(prompt).strip().casefold()
            if answer in texts.YES_WORDS | texts.NO_WORDS:
                self.terminal.show("")
                return answer in texts.YES_WORDS
            self.line(texts.NOT_UNDERSTOOD)

    def ask_number(self, question: Text, allowed: range, **values: object) -> int:
        """Ask until a number of a range is typed; 0 is allowed if the range has it."""
        while True:
            answer = self.terminal.ask(self.words(question, **values)).strip()
            if answer.isascii() and answer.isdigit() and int(answer) in allowed:
                return int(answer)
            self.line(texts.BAD_NUMBER)

    def banner(self) -> None:
        """Say on every screen that it is a rehearsal, if it is one."""
        if self.mode.is_rehearsal:
            self.line(texts.REHEARSAL_BANNER)
            self.terminal.show("")

    @contextmanager
    def private_screen(self) -> Iterator[None]:
        """Show secrets on a screen that is cleared behind the block."""
        with self.terminal.own_screen():
            self.banner()
            yield

    def write(self, path: Path, writing: Callable[[], None]) -> None:
        """Write what has been made; what can be mended is tried again.

        Holders have copied their sheets by now: a full stick must not undo that.

        Args:
            path: What is written, for the sentence.
            writing: Writes all of it or nothing.
        """
        while True:
            try:
                with told_in_words(path):
                    writing()
            except KeysError as error:
                self.say(error.text, **error.values)
                self.wait(texts.TRY_AGAIN)
            else:
                return

    # --- Passphrases ---------------------------------------------------------

    def new_passphrase(self, name: Text, *, unlike: str | None = None) -> str:
        """Ask for a passphrase that will seal something.

        Args:
            name: What it seals.
            unlike: A passphrase that it must not be.

        Returns:
            The passphrase, typed twice, long enough.
        """
        self.say(texts.PASSPHRASE_STEP, name=self.words(name))
        if self.is_agreed(texts.PROPOSE):
            with self.private_screen():
                self.say(texts.PROPOSED)
                self.terminal.show("    " + self._propose() + "\n")
                self.wait()
        while True:
            typed = self.terminal.ask_secret(self.words(texts.TYPE_PASSPHRASE))
            problem = self._problem_of(typed, unlike)
            if problem is None:
                again = self.terminal.ask_secret(self.words(texts.TYPE_AGAIN))
                if _is_same(typed, again):
                    self.terminal.show("")
                    return typed
                problem = texts.NOT_THE_SAME
            self.line(problem)

    def open_with_passphrase(
        self, path: Path, prompt: Text, opener: Callable[[bytes, str], _Opened]
    ) -> _Opened:
        """Ask for a file's passphrase until it opens, at most three times.

        Args:
            path: The sealed file.
            prompt: Asks for it; gets the file's name.
            opener: Opens it.

        Returns:
            What was in it.

        Raises:
            KeysError: It did not open.
        """
        sealed = read_file(path)
        for left in range(TRIES - 1, -1, -1):
            typed = self.terminal.ask_secret(self.words(prompt, path=path.name))
            try:
                return opener(sealed, typed)
            except MalformedError:
                raise KeysError(texts.NOT_A_KEY_FILE, path=path) from None
            except AuthenticationError:
                if left:
                    self.line(texts.TRIES_LEFT)
            except MemoryError:
                raise KeysError(texts.NO_MEMORY) from None
        wanted = texts.ROOT_NAME if prompt is texts.ASK_ROOT else texts.RECOVERY_NAME
        raise KeysError(
            texts.WRONG_PASSPHRASE, path=path, wanted=self.words(wanted).lower()
        )

    def _propose(self) -> str:
        listed = word_list(Language.EN)  # every keyboard has these letters
        return " ".join(
            listed[int.from_bytes(self.entropy(_INDEX_BYTES)) % len(listed)]
            for _ in range(PROPOSED_WORDS)
        )

    @staticmethod
    def _problem_of(typed: str, unlike: str | None) -> Text | None:
        try:
            check_passphrase(typed)
        except WeakPassphraseError:
            return texts.TOO_WEAK
        if unlike is not None and _is_same(typed, unlike):
            return texts.SAME_AS_ROOT
        return None

    # --- The machine ---------------------------------------------------------

    def look_at(self, machine: Machine, *, may_be_online: bool, may_swap: bool) -> None:
        """Say what was found about the machine, and refuse one that is not fit.

        Args:
            machine: What was found.
            may_be_online: The operator takes the risk of a network.
            may_swap: The operator takes the risk of memory on the disk.

        Raises:
            KeysError: A network is up, or memory may be written to the disk.
        """
        names = ", ".join(machine.networks or ())
        self.line(texts.MACHINE)
        match machine.networks:
            case None:
                self.line(texts.NETWORK_UNKNOWN)
            case ():
                self.line(texts.OFFLINE_GOOD)
            case _:
                self.line(texts.ONLINE, names=names)
        self.line(_about_swap(machine))
        self.line(
            {
                None: texts.CORE_UNKNOWN,
                True: texts.CORE_BAD,
                False: texts.CORE_GOOD,
            }[machine.can_dump_core]
        )
        self.terminal.show("")
        if machine.networks and not may_be_online:
            raise KeysError(texts.REFUSED_ONLINE, names=names)
        if machine.has_swap and not machine.is_locked and not may_swap:
            raise KeysError(texts.REFUSED_SWAP)


def read_file(path: Path) -> bytes:
    """Read a file that somebody brought.

    Args:
        path: Of the file.

    Returns:
        Its bytes, no more than 2 MiB.

    Raises:
        KeysError: It cannot be read, with the reason.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise KeysError(
            texts.UNREADABLE, path=path, reason=error.strerror or error
        ) from None


def refuse_unwritable(path: Path) -> None:
    """Refuse a place that cannot be written to, before anyone has typed a word.

    Args:
        path: What will be written there, and must not exist.

    Raises:
        KeysError: The name is taken, or its folder is missing or closed to us.
    """
    with told_in_words(path):
        refuse_taken(path)
    code = 0
    if not path.parent.is_dir():
        code = errno.ENOENT
    elif not os.access(path.parent, os.W_OK):
        code = errno.EACCES
    if code:
        raise KeysError(texts.UNWRITABLE, path=path, reason=os.strerror(code))


@contextmanager
def told_in_words(path: Path) -> Iterator[None]:
    """Turn what can go wrong while writing into a sentence.

    Args:
        path: What is written.

    Raises:
        KeysError: The name is taken, or the place cannot be written to.
    """
    try:
        yield
    except TakenError as error:
        raise KeysError(texts.TAKEN, path=error.path) from None
    except OSError as error:
        raise KeysError(
            texts.UNWRITABLE, path=path, reason=error.strerror or error
        ) from None


def _about_swap(machine: Machine) -> Text:
    if machine.has_swap is False:
        return texts.SWAP_GOOD
    if machine.is_locked:
        return texts.LOCKED_GOOD
    return texts.SWAPPABLE if machine.has_swap else texts.SWAP_UNKNOWN


def _is_same(first: str, second: str) -> bool:
    """Compare as they will be used, without ending early."""
    spelt = [
        unicodedata.normalize("NFC", each).encode(errors="surrogatepass")
        for each in (first, second)
    ]
    return hmac.compare_digest(*spelt)
