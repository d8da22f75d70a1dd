"""APIs that players already speak, answered from a Tigertail model."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
