"""What piccolo-admin's page says in English whatever the language, and what its signs are called: mended in the page.

``api/static/js/admin_words.js`` puts these in the place of the page's own. Message ids in Chinese, as everywhere.
"""

from collections.abc import Mapping
from typing import Any, Final

from ..core.db import Base
from ..core.i18n import N_, Language, translate
from . import words

SAID: Final[Mapping[str, str]] = {
    # Questions and answers.
    "Are you sure you want to delete row {row}?": N_("确定删除这一条吗？"),
    "Are you sure you want to delete the selected rows?": N_("确定删除选中的各条吗？"),
    "Are you sure you want to delete this row?": N_("确定删除这一条吗？"),
    "Are you sure you want to logout?": N_("确定退出登录吗？"),
    "Download successful": N_("已下载"),
    "Downloaded file": N_("已下载文件"),
    "Error": N_("没有成功"),
    "Invalid column name or value": N_("没有修改成功，请检查所填的值"),
    "Page not found": N_("没有找到，可能已被删除"),
    "Please select at least one column.": N_("请至少选择一栏"),
    "Problem fetching {table} rows.": N_("没有取到“{table}”的内容，请刷新页面再试"),
    "Successfully added row": N_("已新增"),
    "Successfully applied filter": N_("已按条件筛选"),
    "Successfully cleared filters": N_("已清除筛选条件"),
    "Successfully deleted row": N_("已删除"),
    "Successfully deleted rows": N_("已删除"),
    "Successfully saved row": N_("已保存"),
    "Successfully submitted form": N_("已提交"),
    "Successfully updated rows": N_("已修改"),
    "The form has errors.": N_("没有保存，请看页面上方的说明"),
    "The server can't be reached - please try later.": N_("连不上服务器，请稍候再试"),
    "There are more than {count}, are you sure you want to continue?": N_("超过 {count} 条，导出要等一会儿，继续吗？"),
    "Unable to delete row {row} ({why})": N_("没有删除：{why}"),
    "Unable to delete the row.": N_("没有删除，请看页面上方的说明"),
    # Fields and choices.
    "Add sort column": N_("再加一栏排序"),
    "All": N_("全部"),
    "Bulk Update": N_("修改选中的各条"),
    "Columns": N_("栏目"),
    "Equals": N_("等于"),
    "False": N_("否"),
    "Greater Than": N_("大于"),
    "Greater Than or Equal To": N_("不小于"),
    "Include readable": N_("包括名称"),
    "Less Than": N_("小于"),
    "Less Than or Equal To": N_("不大于"),
    "Load more": N_("更多"),
    "NULL": N_("—"),
    "None": N_("不选"),
    "Not Equal": N_("不等于"),
    "Null": N_("不选"),
    "Select a row from {table}": N_("选择{table}"),
    "Set null:": N_("清空："),
    "Toggle all": N_("全选或全不选"),
    "True": N_("是"),
    "Type here to filter": N_("输入文字查找"),
    "contains": N_("包含"),
    "ends": N_("结尾是"),
    "exact": N_("正好是"),
    "of {count}": N_("共 {count} 页"),
    "starts": N_("开头是"),
    "{count} per page": N_("每页 {count} 条"),
    "id": N_("序号"),
    # Titles.
    "Add": N_("新增"),
    "Click for more info": N_("说明"),
    "Click to toggle children.": N_("收起或展开"),
    "Delete Row": N_("删除这一条"),
    "Delete selected Rows": N_("删除选中的各条"),
    "Edit Row": N_("修改这一条"),
    "Hide forms": N_("收起表单"),
    "Hide tables": N_("收起资料"),
    "Remove": N_("去掉"),
    "Show forms": N_("展开表单"),
    "Show tables": N_("展开资料"),
    "Translations": N_("语言"),
    "View": N_("查看"),
}
"""As the page has it -> what it should say; what varies is in braces."""

CALLED: Final[Mapping[str, str]] = {
    "#burger_menu a": N_("菜单"),
    "thead input[type=checkbox]": N_("全选"),
    "tbody input[type=checkbox]": N_("选择这一条"),
    ".pages li:first-child a": N_("上一页"),
    ".pages li:last-child a": N_("下一页"),
    ".pages .current input": N_("页码"),
    "#page_size select": N_("每页条数"),
    "thead th a": N_("排序"),
    "a.subtle:has([data-icon=ellipsis-vertical])": N_("更多操作"),
    "a.add:has([data-icon=plus])": N_("新增一条供选择"),
    "a.add:has([data-icon=pen-to-square])": N_("打开所选的一条"),
    "#overlay .close a": N_("关闭"),
}
"""Signs and fields without words, by CSS -> what a screen reader calls them."""


OPERATIONS: Final = N_("操作")
"""The head of the column with the menus of rows."""


def texts(language: Language) -> dict[str, Any]:
    """All of them in a language, as the page is given them; ``pointing``: by table, what its links are called."""
    said, called = ({key: translate(language, word) for key, word in of.items()} for of in (SAID, CALLED))
    pointing = {
        words.label(name, language): {
            key.parent.name: words.column(name, key.parent.name, language)
            for key in Base.metadata.tables[name].foreign_keys
        }
        for name in words.TABLES
        if name in Base.metadata.tables
    }
    return {"said": said, "called": called, "operations": translate(language, OPERATIONS), "pointing": pointing}
