"""Backup and restore from the command line, and what the doctor says of them."""

from pathlib import Path

from tests.support.command import run


def test_a_backup_is_restored_from_the_command_line_into_a_new_place(tmp_path: Path) -> None:
    old, new = ({"TRETEAU_INSTANCE": str(tmp_path / name)} for name in ("old", "new"))
    archive = str(tmp_path / "one.tar.gz")
    run(["init"], **old)
    arguments = ["--name", "Ada", "--password", "un long mot de passe"]
    run(["user", "add", "ada@ville.example", *arguments], **old)
    made = run(["backup", archive], **old)
    assert made.returncode == 0, made.stderr
    restored = run(["restore", archive], **new)
    assert restored.returncode == 0, restored.stderr
    assert "2 rows" in restored.stdout  # the person and the role
    again = run(["restore", archive], **new)
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert len(again.stderr.strip().splitlines()) == 1
    told = run(["doctor"], **new, TRETEAU_BACKUP_DIR=str(tmp_path / "backups")).stdout
    assert "There is no good backup yet" in told
