"""JSON schemas describe fields by their docstrings, as Pydantic does, read when a schema is asked for."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from copark.described import Described


def test_a_schema_has_the_descriptions_that_pydantic_finds():
    class Base(Described):
        number: int
        """A number,
        over two lines."""
        said: Annotated[str, Field(description="Said otherwise.", alias="saidAs")]
        """Not this."""

    class Longer(Base):
        other: Annotated[Base | None, Field(alias="otherOne")] = None
        """Another."""
        bare: int = 1

    class NativeBase(BaseModel):
        model_config = ConfigDict(use_attribute_docstrings=True)
        number: int
        """A number,
        over two lines."""
        said: Annotated[str, Field(description="Said otherwise.", alias="saidAs")]
        """Not this."""

    class NativeLonger(NativeBase):
        model_config = ConfigDict(use_attribute_docstrings=True)
        other: Annotated[NativeBase | None, Field(alias="otherOne")] = None
        """Another."""
        bare: int = 1

    described, native = (str(model.model_json_schema()) for model in (Longer, NativeLonger))
    assert described == native.replace("Native", "")
