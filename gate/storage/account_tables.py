"""Tables of users, of tokens for other programs, and of requests that must not act twice."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from registry.tables.instants import UtcDateTime
from registry.tables.records import Numbered  # its naming of constraints must stand first
from registry.tables.sealing import SealedText


class UserRow(Numbered, table=True):
    """A person who may log in.

    recovery: sha256 of the codes left, with spaces between. totp_step: the newest one used.
    log_ins_since: log-ins from before are over.
    """

    __tablename__ = "user_account"

    name: str = Field(max_length=64, unique=True)
    role: str = Field(max_length=16)
    password: str = Field(max_length=256)
    language: str = Field(default="zh_CN", max_length=8)
    totp: str = Field(default="", sa_type=SealedText("second factor"))
    recovery: str = Field(default="", sa_type=SealedText("recovery"))
    totp_step: int = Field(default=0, sa_type=BigInteger)
    disabled: bool = Field(default=False)
    failures: int = Field(default=0)
    wait_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    log_ins_since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TokenRow(Numbered, table=True):
    """A token of another program; only its sha256 is kept. scopes: words with spaces between."""

    __tablename__ = "api_token"

    name: str = Field(max_length=64)
    sha256: str = Field(max_length=64, unique=True)
    scopes: str = Field(max_length=256)
    made_by: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked: bool = Field(default=False)
    household: str = Field(default="", max_length=32)


class IdempotencyRow(SQLModel, table=True):
    """An answer that is given again when the same request comes again (Idempotency-Key header)."""

    __tablename__ = "idempotency"

    key: str = Field(primary_key=True, max_length=128)
    caller: str = Field(primary_key=True, max_length=128)
    request: str = Field(max_length=64)
    status: int
    answer: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
